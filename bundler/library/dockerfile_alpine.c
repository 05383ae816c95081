/* SPDX-License-Identifier: Apache-2.0 */
/* The Dockerfile of Alpine: a release is chosen by architecture in a shell. */
#include "library/dockerfile_alpine.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/path.h"

#define TARGET_VARIABLE "${target}"	/* what TEXT_TARGET becomes */

/* A text with the shell's variable in place of the target. */
static const char *vary(struct library_text *d, const char *text)
{
	struct buffer varied;
	const char *next;
	char *result;

	buffer_init(&varied, LIMIT_GENERATED_BYTES);
	for (; (next = strstr(text, TEXT_TARGET)); text = next + strlen(TEXT_TARGET))
		if (buffer_add(&varied, text, (size_t)(next - text)) < 0
		    || buffer_add_string(&varied, TARGET_VARIABLE) < 0)
			abort();
	if (buffer_add_string(&varied, text) < 0)
		abort();
	result = pool_string(&d->pool, varied.bytes);
	buffer_free(&varied);
	return result;
}

/* A line of the case for each platform that Alpine and the lock have. */
static void add_targets(struct library_text *d)
{
	for (size_t i = 0; i < d->recipe->platform_count && !d->failed; i++) {
		const struct platform *platform = d->recipe->platforms[i];
		const struct lock_asset *asset;
		const char *target;
		struct error ignored;
		char hex[DIGEST_HEX_BYTES];

		if (!variant_runs_on(d->kind, platform)
		    || (recipe_is_optional(d->recipe, platform)
			&& !lock_find(d->lock, platform, &ignored)))
			continue;
		asset = text_asset(d, platform);
		target = !asset ? NULL
			 : recipe_target(d->recipe->releases, platform, &d->pool, d->err);
		if (asset && !target)
			d->failed = true;
		else if (asset)
			text_format(d, "\t\t%s) target='%s'; sha256='%s' ;; \\\n", platform->apk,
				    target, digest_write_hex(&asset->digest, hex));
	}
}

static void add_alpine_members(struct library_text *d)
{
	for (size_t i = 0; i < d->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];
		const char *path, *name;

		if (!text_has(entry, RECIPE_MEMBER))
			continue;
		path = text_place(d, entry);
		name = path_name(path);
		if (name > path + 1)
			text_format(d, "\tmkdir -p %.*s; \\\n", (int)(name - path - 1), path);
		text_format(d, "\tcp \"%s\" %s; \\\n\tchmod %04o %s; \\\n",
			    vary(d, text_member(d, entry)), path, entry->mode, path);
	}
}

/*
 * Downloads, checks and installs. It needs no more than a shell, apk's word for the machine, wget,
 * sha256sum, tar or unzip, cp and chmod: every BusyBox has these, though not install.
 */
static void add_alpine_release(struct library_text *d)
{
	const struct format *kind = recipe_format(d->recipe->releases, &d->platform);
	const bool zip = kind->content == FORMAT_ZIP;
	const char *format = kind->name;

	text_add(d, "RUN set -eux; \\\n"
		 "\tarch=\"$(apk --print-arch)\"; \\\n"
		 "\tcase \"$arch\" in \\\n");
	add_targets(d);
	text_add(d, "\t\t*) echo >&2 \"error: no release for $arch\"; exit 1 ;; \\\n"
		 "\tesac; \\\n"
		 "\tmkdir /release; \\\n"
		 "\tcd /release; \\\n");
	text_format(d, "\twget -O release.%s \"%s\"; \\\n", format,
		    vary(d, text_plain(d, text_expand(d, d->recipe->releases->url))));
	text_format(d, "\techo \"$sha256  release.%s\" | sha256sum -c -; \\\n", format);
	text_format(d, "\t%s release.%s; \\\n", zip ? "unzip -q" : "tar -xzf", format);
	add_alpine_members(d);
	text_add(d, "\tcd /; \\\n"
		 "\trm -r /release\n\n");
}

/* Adds a script that takes flags alone as arguments of the program; words are the program. */
static void add_script(struct library_text *d, const json_t *words)
{
	struct buffer script = d->text;
	size_t i;
	json_t *word;

	buffer_init(&d->text, LIMIT_GENERATED_BYTES);
	text_format(d, "#!/bin/sh\n"
		    "# %s %s, written by bundler library: change the recipe, not this file.\n"
		    "set -eu\n\n"
		    "# Flags, or nothing at all, are for the program.\n"
		    "case \"${1--}\" in\n"
		    "-*) set --", d->recipe->name, d->recipe->version);
	json_array_foreach(words, i, word) {
		text_add(d, " '");
		for (const char *letter = json_string_value(word); *letter; letter++)
			text_format(d, *letter == '\'' ? "'\\%c'" : "%c", *letter);
		text_add(d, "'");
	}
	text_add(d, " \"$@\" ;;\n"
		 "esac\n"
		 "exec \"$@\"\n");
	text_add_context_file(d, "docker-entrypoint.sh", d->text.bytes, d->text.length, true);
	buffer_free(&d->text);
	d->text = script;
}

void dockerfile_alpine_write(struct library_text *d)
{
	const struct recipe_list *packages = &d->recipe->library.packages;
	json_t *words, *script = json_pack("[s]", "docker-entrypoint.sh");

	d->platform.word = TEXT_TARGET;
	text_add_version(d);
	text_add_environment(d);
	text_add(d, "\n");
	if (packages->count > 0) {
		text_add(d, "RUN apk add --no-cache");
		for (size_t i = 0; i < packages->count; i++)
			text_format(d, " %s", packages->items[i]);
		text_add(d, "\n\n");
	}
	add_alpine_release(d);
	text_add_files(d);
	text_format(d, "COPY docker-entrypoint.sh %s/\n", d->kind->programs);
	text_add_identity(d, false);
	text_add_ports(d);
	words = text_entrypoint(d);
	add_script(d, words);
	text_add_exec(d, "ENTRYPOINT", script);
	text_append_arguments(d, words);
	text_add_exec(d, "CMD", words);
	json_decref(words);
	json_decref(script);
}
