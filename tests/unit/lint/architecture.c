/* SPDX-License-Identifier: Apache-2.0 */
/* architecture.c and base_images.c: tables of names. */
#include "unit.h"

#include "lint/architecture.h"
#include "lint/base_images.h"

/* The same machine by every name, as Alpine, Debian, Linux and Docker have them. */
static void names_platforms(void **state)
{
	static const char *const sources[] = {
		"apk --print-arch", "dpkg --print-architecture", "uname -m",
	};
	static const char *const rows[][4] = {
		{ "linux/386", "x86", "i386", "i686" },
		{ "linux/amd64", "x86_64", "amd64", "x86_64" },
		{ "linux/arm/v6", "armhf", "armel", "armv6l" },
		{ "linux/arm/v7", "armv7", "armhf", "armv7l" },
		{ "linux/arm64", "aarch64", "arm64", "aarch64" },
		{ "linux/loong64", "loongarch64", "loong64", "loongarch64" },
		{ "linux/ppc64le", "ppc64le", "ppc64el", "ppc64le" },
		{ "linux/riscv64", "riscv64", "riscv64", "riscv64" },
		{ "linux/s390x", "s390x", "s390x", "s390x" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t s = 0; s < 3; s++) {
			const struct platform *platform = platform_find(rows[i][0], &err);
			const struct architecture_tool *tool = architecture_command(sources[s]);

			assert_string_equal(architecture_source(tool), sources[s]);
			assert_true(architecture_matches(tool, platform, rows[i][s + 1]));
			assert_false(architecture_matches(tool, platform, "other"));
		}
}

static void matches_patterns(void **state)
{
	static const struct { const char *source, *platform, *pattern; bool matches; } rows[] = {
		{ "uname -m", "linux/386", "i?86", true }, { "uname -m", "linux/386", "i386", true },
		{ "uname -m", "linux/386", "[i]58*", true }, { "uname -m", "linux/386", "i486", false },
		{ "uname -m", "linux/arm/v7", "armv8*", true },
		{ "apk --print-arch", "linux/arm64", "*", true },
		{ "apk --print-arch", "linux/mips64le", "*", false },
		{ "apk --print-arch", "linux/arm64", "arm64", false },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(architecture_matches(architecture_command(rows[i].source),
						      platform_find(rows[i].platform, &err),
						      rows[i].pattern), rows[i].matches);
}

static void knows_what_is_meant(void **state)
{
	static const char *const rows[][3] = {
		{ "apk --print-arch", "arm64", "aarch64" }, { "apk --print-arch", "loong64", "loongarch64" },
		{ "apk --print-arch", "amd64", "x86_64" }, { "apk --print-arch", "arm32v7", "armv7" },
		{ "apk --print-arch", "386", "x86" }, { "apk --print-arch", "sparc", NULL },
		{ "dpkg --print-architecture", "aarch64", "arm64" },
		{ "dpkg --print-architecture", "ppc64le", "ppc64el" },
		{ "uname -m", "arm64", "aarch64" }, { "uname -m", "mips64le", "mips64" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = architecture_meant(architecture_command(rows[i][0]), rows[i][1]);

		if (rows[i][2])
			assert_string_equal(name ? name : "(none)", rows[i][2]);
		else
			assert_null(name);
	}
	assert_true(architecture_is_other(architecture_command("dpkg --print-architecture"), "x32"));
	assert_false(architecture_is_other(architecture_command("apk --print-arch"), "x3"));
	assert_false(architecture_is_other(architecture_command("uname -m"), ""));
	assert_true(architecture_matches(architecture_command("dpkg --print-architecture"),
					 platform_find("linux/arm/v5", &err), "armel"));
	assert_string_equal(architecture_meant(architecture_variable("TARGETARCH"), "aarch64"),
			    "arm64");
	assert_null(architecture_command("TARGETARCH"));
	assert_null(architecture_variable("apk --print-arch"));
}

static void knows_bases(void **state)
{
	static const struct { const char *image, *day, *reason; } rows[] = {
		{ "alpine:3.18", "2025-05-09", NULL },
		{ "alpine:3.18", "2025-05-10", "'alpine:3.18' was accepted until 2025-05-09" },
		{ "alpine:3.18.4", "2025-05-10", "'alpine:3.18.4' was accepted until 2025-05-09" },
		{ "alpine:3.18@sha256:0", "2025-05-10",
		  "'alpine:3.18@sha256:0' was accepted until 2025-05-09" },
		{ "alpine:3.1", "2030-01-01", NULL }, { "alpine", "2030-01-01", NULL },
		{ "alpine:3.99", "2030-01-01", NULL }, { "alpines:3.18", "2030-01-01", NULL },
		{ "mcr.microsoft.com/windows/servercore:ltsc2025", "2030-01-01", NULL },
		{ "mcr.microsoft.com/windows/servercore:1809", "2024-01-01", NULL },
		{ "mcr.microsoft.com/windows/servercore:1809", "2026-01-01",
		  "'mcr.microsoft.com/windows/servercore:1809' was accepted until 2025-06-30" },
		{ "mcr.microsoft.com/windows/servercore", "2020-01-01",
		  "'mcr.microsoft.com/windows/servercore' is not accepted" },
		{ "mcr.microsoft.com/windows/nanoserver:20H2", "2020-01-01",
		  "'mcr.microsoft.com/windows/nanoserver:20H2' is not accepted" },
		{ "scratch", "2030-01-01", NULL }, { "", "2030-01-01", NULL },
	};
	char reason[256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *fault = base_images_fault(rows[i].image, rows[i].day, reason,
						      sizeof reason);

		if (rows[i].reason)
			assert_string_equal(fault ? fault : "(none)", rows[i].reason);
		else
			assert_null(fault);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_platforms),
		cmocka_unit_test(matches_patterns),
		cmocka_unit_test(knows_what_is_meant),
		cmocka_unit_test(knows_bases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
