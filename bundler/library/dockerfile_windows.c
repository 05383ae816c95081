/* SPDX-License-Identifier: Apache-2.0 */
/* The Dockerfiles of Windows: a download by PowerShell, and a copy of it. */
#include "library/dockerfile_windows.h"

#include <string.h>

#include "base/digest.h"

/* PowerShell's own way to what Alpine does. Only single quotes: cmd.exe is in between. */
static void add_windows_release(struct library_text *d)
{
	const struct lock_asset *asset = text_asset(d, platform_find(d->platform.name, d->err));
	const struct format *kind = recipe_format(d->recipe->releases, &d->platform);
	const bool zip = kind->content == FORMAT_ZIP;
	const char *format = kind->name;
	char hex[DIGEST_HEX_BYTES];

	if (!asset)
		return;
	text_add(d, "RUN [Net.ServicePointManager]::SecurityProtocol = "
		 "[Net.SecurityProtocolType]::Tls12; \\\n"
		 "\tNew-Item -ItemType Directory -Path 'C:\\release' | Out-Null; \\\n"
		 "\tSet-Location -Path 'C:\\release'; \\\n");
	text_format(d, "\t$sha256 = '%s'; \\\n", digest_write_hex(&asset->digest, hex));
	text_format(d, "\tInvoke-WebRequest -UseBasicParsing -Uri '%s' "
		    "-OutFile 'release.%s'; \\\n",
		    text_plain(d, asset->url), format);
	text_format(d, "\t$found = (Get-FileHash -Algorithm SHA256 -Path 'release.%s').Hash; \\\n",
		    format);
	text_add(d, "\tif ($found -ne $sha256) { \\\n"
		 "\t\tWrite-Host ('the release has SHA-256 {0}, not {1}' -f $found, $sha256); \\\n"
		 "\t\texit 1; \\\n"
		 "\t}; \\\n");
	text_format(d, zip ? "\tExpand-Archive -Path 'release.%s' -DestinationPath '.'; \\\n"
		    : "\ttar.exe -xzf 'release.%s'; if ($LASTEXITCODE) { exit 1; }; \\\n",
		    format);
}

static void add_windows_members(struct library_text *d)
{
	for (size_t i = 0; i < d->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];
		const char *path, *last;

		if (!text_has(entry, RECIPE_MEMBER))
			continue;
		path = text_native(d, text_place(d, entry));
		last = strrchr(path, '\\');
		if (last && last > strchr(path, '\\'))
			text_format(d, "\tNew-Item -ItemType Directory -Force -Path '%.*s' | "
				    "Out-Null; \\\n", (int)(last - path), path);
		text_format(d, "\tCopy-Item -Path '%s' -Destination '%s'; \\\n",
			    text_member(d, entry), path);
	}
	text_add(d, "\tSet-Location -Path 'C:\\'; \\\n"
		 "\tRemove-Item -Recurse -Force -Path 'C:\\release'\n\n");
}

void dockerfile_windows_write_servercore(struct library_text *d)
{
	text_add(d, "SHELL [\"powershell\", \"-NoProfile\", \"-Command\", "
		 "\"$ErrorActionPreference = 'Stop'; "
		 "$ProgressPreference = 'SilentlyContinue';\"]\n\n");
	text_add_version(d);
	text_add_environment(d);
	text_add(d, "\n");
	add_windows_release(d);
	add_windows_members(d);
	text_add_files(d);
	text_add_ports(d);
	text_add_command(d);
}

void dockerfile_windows_write_nanoserver(struct library_text *d)
{
	const struct variant_kind *from = variant_find(d->kind->from);

	text_add_version(d);
	text_add_environment(d);
	text_add(d, "\n");
	for (size_t i = 0; i < d->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];
		const char *path;

		if (!text_has(entry, RECIPE_MEMBER))
			continue;
		path = text_escaped(d, text_native(d, text_place(d, entry)));
		text_format(d, "COPY --from=%s:%s-%s %s %s\n", d->recipe->library.name,
			    d->recipe->version,
			    variant_name(&d->pool, from, d->variant->version), path, path);
	}
	text_add_files(d);
	text_add_ports(d);
	text_add_command(d);
}
