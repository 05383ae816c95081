#include "library/dockerfile_windows.h"

#include <string.h>

#include "base/digest.h"

/* PowerShell's own way to what Alpine does. Only single quotes: cmd.exe is in between. */
static void add_windows_release(struct draft *d)
{
	const struct lock_asset *asset = draft_asset(d, platform_find(d->platform.name, d->err));
	const char *format = recipe_format(d->recipe, &d->platform);
	bool zip = strcmp(format, "zip") == 0;
	char hex[DIGEST_HEX_BYTES];

	if (!asset)
		return;
	draft_add(d, "RUN [Net.ServicePointManager]::SecurityProtocol = "
		  "[Net.SecurityProtocolType]::Tls12; \\\n"
		  "\tNew-Item -ItemType Directory -Path 'C:\\release' | Out-Null; \\\n"
		  "\tSet-Location -Path 'C:\\release'; \\\n");
	draft_format(d, "\t$sha256 = '%s'; \\\n", digest_write_hex(&asset->digest, hex));
	draft_format(d, "\tInvoke-WebRequest -UseBasicParsing -Uri '%s' "
		     "-OutFile 'release.%s'; \\\n",
		     draft_plain(d, asset->url), format);
	draft_format(d, "\t$found = (Get-FileHash -Algorithm SHA256 -Path 'release.%s').Hash; \\\n",
		     format);
	draft_add(d, "\tif ($found -ne $sha256) { \\\n"
		  "\t\tWrite-Host ('the release has SHA-256 {0}, not {1}' -f $found, $sha256); \\\n"
		  "\t\texit 1; \\\n"
		  "\t}; \\\n");
	draft_format(d, zip ? "\tExpand-Archive -Path 'release.%s' -DestinationPath '.'; \\\n"
		     : "\ttar.exe -xzf 'release.%s'; if ($LASTEXITCODE) { exit 1; }; \\\n",
		     format);
}

static void add_windows_members(struct draft *d)
{
	for (size_t i = 0; i < d->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];
		const char *path, *last;

		if (!draft_has(entry, RECIPE_MEMBER))
			continue;
		path = draft_native(d, draft_place(d, entry));
		last = strrchr(path, '\\');
		if (last && last > strchr(path, '\\'))
			draft_format(d, "\tNew-Item -ItemType Directory -Force -Path '%.*s' | "
				     "Out-Null; \\\n", (int)(last - path), path);
		draft_format(d, "\tCopy-Item -Path '%s' -Destination '%s'; \\\n",
			     draft_member(d, entry), path);
	}
	draft_add(d, "\tSet-Location -Path 'C:\\'; \\\n"
		  "\tRemove-Item -Recurse -Force -Path 'C:\\release'\n\n");
}

void dockerfile_windows_write_servercore(struct draft *d)
{
	draft_add(d, "SHELL [\"powershell\", \"-NoProfile\", \"-Command\", "
		  "\"$ErrorActionPreference = 'Stop'; "
		  "$ProgressPreference = 'SilentlyContinue';\"]\n\n");
	draft_add_version(d);
	draft_add_environment(d);
	draft_add(d, "\n");
	add_windows_release(d);
	add_windows_members(d);
	draft_add_files(d);
	draft_add_ports(d);
	draft_add_command(d);
}

void dockerfile_windows_write_nanoserver(struct draft *d)
{
	const struct variant_kind *from = variant_find(d->kind->from);

	draft_add_version(d);
	draft_add_environment(d);
	draft_add(d, "\n");
	for (size_t i = 0; i < d->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];
		const char *path;

		if (!draft_has(entry, RECIPE_MEMBER))
			continue;
		path = draft_escaped(d, draft_native(d, draft_place(d, entry)));
		draft_format(d, "COPY --from=%s:%s-%s %s %s\n", d->recipe->library.name,
			     d->recipe->version,
			     variant_name(&d->pool, from, d->variant->version), path, path);
	}
	draft_add_files(d);
	draft_add_ports(d);
	draft_add_command(d);
}
