/* SPDX-License-Identifier: Apache-2.0 */
#include "lint/architecture.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

struct architecture_tool {
	const char *source;
	bool variable;
	const char *(*name)(const struct platform *platform);	/* NULL for none */
};

static const char *apk(const struct platform *platform)
{
	return platform->apk;
}

static const char *dpkg(const struct platform *platform)
{
	return platform->dpkg;
}

static const char *uname_machine(const struct platform *platform)
{
	return platform->uname;
}

static const char *architecture(const struct platform *platform)
{
	return platform->architecture;
}

static const char *whole(const struct platform *platform)
{
	return platform->name;
}

static const struct architecture_tool tools[] = {
	{ "apk --print-arch", false, apk },
	{ "dpkg --print-architecture", false, dpkg },
	{ "uname -m", false, uname_machine },
	{ "arch", false, uname_machine },
	{ "TARGETARCH", true, architecture },
	{ "TARGETPLATFORM", true, whole },
};

#define TOOLS (sizeof tools / sizeof tools[0])

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
	const char *name = tool->name(platform);

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
		if (tool->name(row) && is_called(row, name))
			return tool->name(row);
	return NULL;
}
