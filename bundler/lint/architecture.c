/* SPDX-License-Identifier: Apache-2.0 */
/* A table of what prints architectures, and the names that each prints. */
#include "lint/architecture.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

/*
 * What is printed on architectures that are not in the table: dpkg's ports (dpkg, cputable and
 * ostable), those of apk (apk-tools, apk_arch.h), the kernel's (UTS_MACHINE) and Go's.
 */
#define APK_OTHERS " aarch64_be armeb armel loongarch32 mips mips64 mips64el mipsel ppc ppc64 " \
	"riscv32 sh3 sh4 x32 "
#define DPKG_OTHERS " alpha arc arm hppa hurd-amd64 hurd-i386 ia64 kfreebsd-amd64 kfreebsd-i386 " \
	"m68k mips mips64 mipsel or1k powerpc powerpcspe ppc64 s390 sh4 sparc sparc64 x32 "
#define UNAME_OTHERS " aarch64_be alpha arc armv5l armv5tejl armv7b hppa i486 ia64 loongarch32 " \
	"m68k mips or1k parisc parisc64 ppc ppc64 riscv32 s390 sh4 sparc sparc64 "
#define GO_OTHERS " mips mips64 mipsle ppc64 sparc64 wasm "

struct architecture_tool {
	const char *source;
	bool variable;
	size_t name;		/* offset in struct platform of what it prints */
	const char *others;	/* what it prints besides, between blanks */
};

static const struct architecture_tool tools[] = {
	{ "apk --print-arch", false, offsetof(struct platform, apk), APK_OTHERS },
	{ "dpkg --print-architecture", false, offsetof(struct platform, dpkg), DPKG_OTHERS },
	{ "uname -m", false, offsetof(struct platform, uname), UNAME_OTHERS },
	{ "arch", false, offsetof(struct platform, uname), UNAME_OTHERS },
	{ "TARGETARCH", true, offsetof(struct platform, architecture), GO_OTHERS },
	{ "TARGETPLATFORM", true, offsetof(struct platform, name), "" },
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

bool architecture_is_other(const struct architecture_tool *tool, const char *name)
{
	const size_t length = strlen(name);

	for (const char *at = tool->others; length > 0 && (at = strstr(at, name)); at++)
		if (at > tool->others && at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
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
