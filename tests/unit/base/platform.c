/* SPDX-License-Identifier: Apache-2.0 */
/* platform.c: the table is complete, unique and in order; other spellings. */
#include "unit.h"

#include <elf.h>

#include "base/platform.h"

static size_t count(void)
{
	size_t rows = 0;

	while (platform_table()[rows].name)
		rows++;
	return rows;
}

/* What is written twice in the table, so that a slip of the hand shows. */
static void rows_agree_with_themselves(void **state)
{
	char text[64];

	(void)state;
	for (const struct platform *row = platform_table(); row->name; row++) {
		bool variant_in_name = row->variant[0] != '\0'
			&& strcmp(row->architecture, "arm64") != 0;

		snprintf(text, sizeof text, variant_in_name ? "%s/%s/%s" : "%s/%s", row->os,
			 row->architecture, row->variant);
		assert_string_equal(row->name, text);
		for (char *c = text; *c; c++)
			if (*c == '/')
				*c = '-';
		assert_string_equal(row->directory, text);
		snprintf(text, sizeof text, "%s-", row->os);
		assert_memory_equal(row->target, text, strlen(text));
		assert_int_equal(row->format, strcmp(row->os, "windows") == 0 ? PLATFORM_PE
									       : PLATFORM_ELF);
		assert_true(row->bits == 32 || row->bits == 64);
		assert_true(row->machine > 0);
	}
}

static void names_are_unique_and_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < count(); i++) {
		const struct platform *row = &platform_table()[i];

		if (i > 0)
			assert_true(strcmp(row[-1].name, row->name) < 0);
		for (size_t j = 0; j < i; j++) {
			const struct platform *other = &platform_table()[j];

			assert_string_not_equal(row->directory, other->directory);
			assert_string_not_equal(row->target, other->target);
			if (row->bashbrew && other->bashbrew)
				assert_string_not_equal(row->bashbrew, other->bashbrew);
			if (row->apk && other->apk)
				assert_string_not_equal(row->apk, other->apk);
		}
	}
}

/*
 * The architectures in the words of those who use them; a row that the images have must be there.
 */
static void foreign_names(void **state)
{
	static const struct {
		const char *name, *target, *bashbrew, *apk;
		uint16_t machine;
		uint8_t bits, big_endian;
	} rows[] = {
		{ "linux/amd64", "linux-amd64", "amd64", "x86_64", EM_X86_64, 64, 0 },
		{ "linux/386", "linux-386", "i386", "x86", EM_386, 32, 0 },
		{ "linux/arm64", "linux-arm64", "arm64v8", "aarch64", EM_AARCH64, 64, 0 },
		{ "linux/arm/v7", "linux-arm7", "arm32v7", "armv7", EM_ARM, 32, 0 },
		{ "linux/arm/v6", "linux-arm6", "arm32v6", "armhf", EM_ARM, 32, 0 },
		{ "linux/arm/v5", "linux-arm5", "arm32v5", NULL, EM_ARM, 32, 0 },
		{ "linux/s390x", "linux-s390x", "s390x", "s390x", EM_S390, 64, 1 },
		{ "linux/ppc64le", "linux-ppc64le", "ppc64le", "ppc64le", EM_PPC64, 64, 0 },
		{ "linux/riscv64", "linux-riscv64", "riscv64", "riscv64", EM_RISCV, 64, 0 },
		{ "linux/mips64le", "linux-mips64le", "mips64le", NULL, EM_MIPS, 64, 0 },
		{ "linux/loong64", "linux-loong64", NULL, "loongarch64", 258, 64, 0 },
		{ "windows/amd64", "windows-amd64", "windows-amd64", NULL, 0x8664, 64, 0 },
		{ "windows/arm64", "windows-arm64", NULL, NULL, 0xaa64, 64, 0 },
	};
	struct error err;

	(void)state;
	assert_int_equal(count(), sizeof rows / sizeof rows[0]);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct platform *row = platform_find(rows[i].name, &err);

		assert_non_null(row);
		assert_string_equal(row->target, rows[i].target);
		assert_string_equal(row->bashbrew ? row->bashbrew : "-",
				    rows[i].bashbrew ? rows[i].bashbrew : "-");
		assert_string_equal(row->apk ? row->apk : "-", rows[i].apk ? rows[i].apk : "-");
		assert_int_equal(row->machine, rows[i].machine);
		assert_int_equal(row->bits, rows[i].bits);
		assert_int_equal(row->big_endian, rows[i].big_endian);
	}
}

static void arm64_has_its_variant(void **state)
{
	struct error err;

	(void)state;
	assert_string_equal(platform_find("linux/arm64", &err)->variant, "v8");
	assert_string_equal(platform_find("linux/arm/v6", &err)->variant, "v6");
	assert_string_equal(platform_find("linux/amd64", &err)->variant, "");
}

static void other_spellings(void **state)
{
	static const char *const rows[][2] = {
		{ "linux/i386", "linux/386" }, { "linux/x86_64", "linux/amd64" },
		{ "linux/amd64/v1", "linux/amd64" }, { "linux/aarch64", "linux/arm64" },
		{ "linux/arm64/v8", "linux/arm64" }, { "linux/arm", "linux/arm/v7" },
		{ "linux/armhf", "linux/arm/v7" }, { "linux/armel", "linux/arm/v6" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(platform_find(rows[i][0], &err)->name, rows[i][1]);
}

static void what_is_no_platform(void **state)
{
	static const char *const rows[] = {
		"", "linux", "linux/", "linux/vax", "amd64", "Linux/amd64", "linux/amd64/",
			"linux/arm64/v9",
		"linux/arm/v4", "linux-amd64", " linux/amd64", "darwin/arm64",
	};
	char message[100];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(platform_find(rows[i], &err));
		snprintf(message, sizeof message, "cannot use platform '%s': no such platform",
			 rows[i]);
		assert_string_equal(err.message, message);
		assert_int_equal(err.status, STATUS_USAGE);
	}
	assert_string_equal(err.hint, "platforms are written as linux/amd64, linux/arm64, "
			    "linux/arm/v7");
}

static void what_is_meant(void **state)
{
	static const struct {
		const char *written, *name;
	} rows[] = {
		{ "linux/arm64", "linux/arm64" }, { "arm64", "linux/arm64" },
		{ "aarch64", "linux/arm64" }, { "arm64v8", "linux/arm64" },
		{ "linux-arm64", "linux/arm64" }, { "linux_amd64", "linux/amd64" },
		{ "x86_64", "linux/amd64" }, { "x86-64", "linux/amd64" },
		{ "i386", "linux/386" }, { "i686", "linux/386" },
		{ "armv5", "linux/arm/v5" }, { "armv6", "linux/arm/v6" },
		{ "arm-v6", "linux/arm/v6" }, { "arm6", "linux/arm/v6" },
		{ "armv6l", "linux/arm/v6" }, { "linux/armv7", "linux/arm/v7" },
		{ "armv7l", "linux/arm/v7" }, { "arm32v7", "linux/arm/v7" },
		/* Docker's and Debian's name; Alpine's is another one. */
		{ "armhf", "linux/arm/v7" },
		{ "windows-amd64", "windows/amd64" }, { "windows/arm64", "windows/arm64" },
	};
	static const struct {
		const char *written, *hint;
	} refused[] = {
		{ "amd46", "did you mean 'amd64'?" },
		{ "windows/arm46", "did you mean 'arm64'?" },
		{ "vax", "platforms are written as linux/amd64, linux/arm64, linux/arm/v7" },
		{ "", "platforms are written as linux/amd64, linux/arm64, linux/arm/v7" },
		{ "linux/", "platforms are written as linux/amd64, linux/arm64, linux/arm/v7" },
		{ "windows/riscv64", "platforms are written as linux/amd64, linux/arm64, "
				     "linux/arm/v7" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct platform *platform = platform_guess(rows[i].written, &err);

		assert_non_null(platform);
		assert_string_equal(platform->name, rows[i].name);
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		assert_null(platform_guess(refused[i].written, &err));
		assert_int_equal(err.status, STATUS_USAGE);
		assert_string_equal(err.hint, refused[i].hint);
	}
}

static void operating_systems(void **state)
{
	(void)state;
	assert_null(platform_os_fault("linux"));
	assert_null(platform_os_fault("windows"));
	assert_string_equal(platform_os_fault("Linux"), "no platform has this operating system");
	assert_string_equal(platform_os_fault(""), "no platform has this operating system");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_agree_with_themselves),
		cmocka_unit_test(names_are_unique_and_in_order),
		cmocka_unit_test(foreign_names),
		cmocka_unit_test(arm64_has_its_variant),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(what_is_no_platform),
		cmocka_unit_test(what_is_meant),
		cmocka_unit_test(operating_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
