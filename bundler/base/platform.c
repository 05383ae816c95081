/* SPDX-License-Identifier: Apache-2.0 */
/* The table of platforms under all of their names. */
#include "base/platform.h"

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

/* PE/COFF specification, section 3.3.1, Machine Types */
#define PE_MACHINE_AMD64 0x8664
#define PE_MACHINE_ARM64 0xaa64

#define ELF(machine, bits, big_endian) PLATFORM_ELF, machine, bits, big_endian, NULL
#define PE(machine) PLATFORM_PE, machine, 64, 0, NULL

static const struct platform table[] = {
	{ "linux/386", "linux-386", "linux", "386", "",
	  "linux-386", "i386", "x86", "i386", "i686",
	  ELF(EM_386, 32, 0) },
	{ "linux/amd64", "linux-amd64", "linux", "amd64", "",
	  "linux-amd64", "amd64", "x86_64", "amd64", "x86_64",
	  ELF(EM_X86_64, 64, 0) },
	{ "linux/arm/v5", "linux-arm-v5", "linux", "arm", "v5",
	  "linux-arm5", "arm32v5", NULL, "armel", "armv5tel",
	  ELF(EM_ARM, 32, 0) },
	{ "linux/arm/v6", "linux-arm-v6", "linux", "arm", "v6",
	  "linux-arm6", "arm32v6", "armhf", "armel", "armv6l",
	  ELF(EM_ARM, 32, 0) },
	{ "linux/arm/v7", "linux-arm-v7", "linux", "arm", "v7",
	  "linux-arm7", "arm32v7", "armv7", "armhf", "armv7l",
	  ELF(EM_ARM, 32, 0) },
	{ "linux/arm64", "linux-arm64", "linux", "arm64", "v8",
	  "linux-arm64", "arm64v8", "aarch64", "arm64", "aarch64",
	  ELF(EM_AARCH64, 64, 0) },
	{ "linux/loong64", "linux-loong64", "linux", "loong64", "",
	  "linux-loong64", NULL, "loongarch64", "loong64", "loongarch64",
	  ELF(258 /* EM_LOONGARCH */, 64, 0) },
	{ "linux/mips64le", "linux-mips64le", "linux", "mips64le", "",
	  "linux-mips64le", "mips64le", NULL, "mips64el", "mips64",
	  ELF(EM_MIPS, 64, 0) },
	{ "linux/ppc64le", "linux-ppc64le", "linux", "ppc64le", "",
	  "linux-ppc64le", "ppc64le", "ppc64le", "ppc64el", "ppc64le",
	  ELF(EM_PPC64, 64, 0) },
	{ "linux/riscv64", "linux-riscv64", "linux", "riscv64", "",
	  "linux-riscv64", "riscv64", "riscv64", "riscv64", "riscv64",
	  ELF(EM_RISCV, 64, 0) },
	{ "linux/s390x", "linux-s390x", "linux", "s390x", "",
	  "linux-s390x", "s390x", "s390x", "s390x", "s390x",
	  ELF(EM_S390, 64, 1) },
	{ "windows/amd64", "windows-amd64", "windows", "amd64", "",
	  "windows-amd64", "windows-amd64", NULL, NULL, NULL,
	  PE(PE_MACHINE_AMD64) },
	{ "windows/arm64", "windows-arm64", "windows", "arm64", "",
	  "windows-arm64", NULL, NULL, NULL, NULL,
	  PE(PE_MACHINE_ARM64) },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	  PLATFORM_ELF, 0, 0, 0, NULL },
};

/* Other names that containerd's platforms.Normalize accepts. */
static const struct alias {
	const char *name;
	const char *canonical;
} aliases[] = {
	{ "linux/i386", "linux/386" },
	{ "linux/x86_64", "linux/amd64" },
	{ "linux/amd64/v1", "linux/amd64" },
	{ "linux/aarch64", "linux/arm64" },
	{ "linux/arm64/v8", "linux/arm64" },
	{ "linux/arm", "linux/arm/v7" },
	{ "linux/armhf", "linux/arm/v7" },
	{ "linux/armel", "linux/arm/v6" },
};

const struct platform *platform_table(void)
{
	return table;
}

const char *platform_os_fault(const char *os)
{
	for (const struct platform *row = table; row->name; row++)
		if (strcmp(row->os, os) == 0)
			return NULL;
	return "no platform has this operating system";
}

const struct platform *platform_find(const char *name, struct error *err)
{
	const char *canonical = name;

	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
		if (strcmp(name, aliases[i].name) == 0)
			canonical = aliases[i].canonical;
	for (const struct platform *row = table; row->name; row++)
		if (strcmp(canonical, row->name) == 0)
			return row;
	error_set(err, STATUS_USAGE, "cannot use platform '%s': no such platform", name);
	error_hint(err, "platforms are written as linux/amd64, linux/arm64, linux/arm/v7");
	return NULL;
}

/* Whether two names are one, whatever parts their words: armv7, arm-v7, arm/v7. */
static bool is_same(const char *one, const char *other)
{
	while (*one || *other) {
		if (*one && strchr("/-_", *one))
			one++;
		else if (*other && strchr("/-_", *other))
			other++;
		else if (*one++ != *other++)
			return false;
	}
	return true;
}

/* Whether word, of this operating system, is one of the row's names elsewhere. */
static bool is_called(const struct platform *row, const char *word)
{
	const size_t os = strlen(row->os) + 1;
	const char *const names[] = {
		row->name + os, row->apk, row->dpkg, row->bashbrew, row->target + os, row->uname,
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i] && is_same(names[i], word))
			return true;
	return false;
}

const struct platform *platform_guess(const char *name, struct error *err)
{
	const char *word = name, *os = "linux";
	const struct platform *platform = platform_find(name, err);
	struct suggest meant;
	char full[40];

	if (platform)
		return platform;
	for (const struct platform *row = table; row->name; row++) {
		const size_t length = strlen(row->os);

		if (strncmp(name, row->os, length) == 0 && name[length]
		    && strchr("/-_", name[length])) {
			os = row->os;
			word = name + length + 1;
		}
	}
	snprintf(full, sizeof full, "%s/%s", os, word);
	platform = platform_find(full, err);
	for (const struct platform *row = table; row->name && !platform; row++)
		if (strcmp(row->os, os) == 0 && is_called(row, word))
			platform = row;
	if (platform)
		return platform;
	meant = suggest_begin(word, strlen(word));
	for (const struct platform *row = table; row->name; row++)
		if (strcmp(row->os, os) == 0)
			suggest_offer(&meant, row->name + strlen(os) + 1);
	error_set(err, STATUS_USAGE, "cannot use platform '%s': no such platform", name);
	error_hint(err, "platforms are written as linux/amd64, linux/arm64, linux/arm/v7");
	suggest_hint(&meant, err);
	return NULL;
}

const struct platform *platform_host(void)
{
#if defined(__x86_64__)
	static const char host[] = "linux/amd64";
#elif defined(__aarch64__)
	static const char host[] = "linux/arm64";
#elif defined(__arm__)
	static const char host[] = "linux/arm/v7";
#elif defined(__i386__)
	static const char host[] = "linux/386";
#else
	static const char host[] = "";
#endif
	struct error ignored;

	return platform_find(host, &ignored);
}
