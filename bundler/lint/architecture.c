/* SPDX-License-Identifier: Apache-2.0 */
/* A table of what prints architectures, and the names that each prints. */
#include "lint/architecture.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

struct architecture_tool {
	const char *source;
	bool variable;
	size_t name;		/* offset in struct platform of what it prints */
};

static const struct architecture_tool tools[] = {
	{ "apk --print-arch", false, offsetof(struct platform, apk) },
	{ "dpkg --print-architecture", false, offsetof(struct platform, dpkg) },
	{ "uname -m", false, offsetof(struct platform, uname) },
	{ "arch", false, offsetof(struct platform, uname) },
	{ "TARGETARCH", true, offsetof(struct platform, architecture) },
	{ "TARGETPLATFORM", true, offsetof(struct platform, name) },
};

#define TOOLS (sizeof tools / sizeof tools[0])

/* What the tool prints on a platform, or NULL. */
static const char *printed(const struct architecture_tool *tool, const struct platform *platform)
{
	const void *name = (const char *)platform + tool->name;

	return *(const char *const *)name;
}

static const struct architecture_tool *find(const char *source, bool variable)
{
	for (size_t i = 0; i < TOOLS; i++)
		if (tools[i].variable == variable && strcmp(tools[i].source, source) == 0)
			return &tools[i];
	return NULL;
}

const struct architecture_tool *architecture_command(const char *command)
{
	return find(command, false);
}

const struct architecture_tool *architecture_variable(const char *name)
{
	return find(name, true);
}

const char *architecture_source(const struct architecture_tool *tool)
{
	return tool->source;
}

/* What uname prints besides, by the processor that a program runs on. */
static const struct other {
	const char *name, *other;
} others[] = {
	{ "i686", "i386" }, { "i686", "i586" }, { "armv7l", "armv8l" },
};

bool architecture_matches(const struct architecture_tool *tool, const struct platform *platform,
			  const char *pattern)
{
	const char *name = printed(tool, platform);

	if (!name)
		return false;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(others[i].name, name) == 0 && fnmatch(pattern, others[i].other, 0) == 0)
			return true;
	return fnmatch(pattern, name, 0) == 0;
}

static bool is_called(const struct platform *platform, const char *name)
{
	const char *os_free = strchr(platform->target, '-') + 1;

	if (strcmp(os_free, name) == 0 || strcmp(platform->target, name) == 0)
		return true;
	if (platform->bashbrew && strcmp(platform->bashbrew, name) == 0)
		return true;
	for (size_t i = 0; i < TOOLS; i++)
		if (architecture_matches(&tools[i], platform, name))
			return true;
	return false;
}

const char *architecture_meant(const struct architecture_tool *tool, const char *name)
{
	for (const struct platform *row = platform_table(); row->name; row++)
		if (printed(tool, row) && is_called(row, name))
			return printed(tool, row);
	return NULL;
}
