/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of variants of Docker Official Images, and the names of variants. */
#include "recipe/variant.h"

#include <stddef.h>
#include <string.h>

/* https://github.com/docker-library/official-images, and its files library/{nats,golang,python} */
static const struct variant_kind table[] = {
	{ .name = "alpine", .os = "linux", .base = "alpine", .joint = "",
	  .alias = "alpine", .alias_is = VARIANT_TAGS, .apk = true, .programs = "/usr/local/bin" },
	{ .name = "scratch", .os = "linux", .base = "scratch",
	  .alias = "linux", .alias_is = VARIANT_TAGS, .plain = true },
	{ .name = "windowsservercore", .os = "windows",
	  .base = "mcr.microsoft.com/windows/servercore", .joint = "-",
	  .alias = "windowsservercore", .alias_is = VARIANT_SHARED_TAGS, .constrained = true },
	{ .name = "nanoserver", .os = "windows",
	  .base = "mcr.microsoft.com/windows/nanoserver", .joint = "-",
	  .alias = "nanoserver", .alias_is = VARIANT_SHARED_TAGS, .plain = true,
	  .constrained = true, .from = "windowsservercore" },
	{ .name = NULL },
};

const struct variant_kind *variant_table(void)
{
	return table;
}

const struct variant_kind *variant_find(const char *name)
{
	for (const struct variant_kind *kind = table; kind->name; kind++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

bool variant_runs_on(const struct variant_kind *kind, const struct platform *platform)
{
	return strcmp(platform->os, kind->os) == 0 && (!kind->apk || platform->apk);
}

const struct variant_kind *variant_parse(const char *name, const char **version)
{
	for (const struct variant_kind *kind = table; kind->name; kind++) {
		const char *joint = kind->joint ? kind->joint : "";
		size_t length = strlen(kind->name);

		if (strncmp(name, kind->name, length) != 0
		    || strncmp(name + length, joint, strlen(joint)) != 0)
			continue;
		*version = name + length + strlen(joint);
		if ((**version != '\0') == (kind->joint != NULL))
			return kind;
	}
	return NULL;
}

char *variant_name(struct pool *pool, const struct variant_kind *kind, const char *version)
{
	return kind->joint ? pool_format(pool, "%s%s%s", kind->name, kind->joint, version)
			   : pool_string(pool, kind->name);
}
