/* SPDX-License-Identifier: Apache-2.0 */
/* variant.c: kinds of variants and how they are spelled. */
#include "unit.h"

#include "base/platform.h"
#include "recipe/variant.h"

static void names_and_back(void **state)
{
	static const char *const rows[][3] = {
		{ "alpine3.18", "alpine", "3.18" },
		{ "scratch", "scratch", "" },
		{ "windowsservercore-1809", "windowsservercore", "1809" },
		{ "nanoserver-ltsc2022", "nanoserver", "ltsc2022" },
	};
	struct pool pool = { 0 };
	const char *version;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct variant_kind *kind = variant_parse(rows[i][0], &version);

		if (!kind)
			fail_msg("%s", rows[i][0]);
		assert_string_equal(kind->name, rows[i][1]);
		assert_string_equal(version, rows[i][2]);
		assert_ptr_equal(variant_find(kind->name), kind);
		assert_string_equal(variant_name(&pool, kind, version), rows[i][0]);
	}
	pool_free(&pool);
}

static void other_spellings(void **state)
{
	static const char *const names[] = {
		"", "alpine", "alpin3.18", "scratch1", "windowsservercore1809",
		"windowsservercore-", "nanoserver", "debian12",
	};
	const char *version;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (variant_parse(names[i], &version))
			fail_msg("%s", names[i]);
	assert_null(variant_find("alpine3.18"));
}

/* What who reads the table relies on. */
static void the_table(void **state)
{
	(void)state;
	for (const struct variant_kind *kind = variant_table(); kind->name; kind++) {
		assert_null(platform_os_fault(kind->os));
		assert_non_null(kind->base);
		assert_non_null(kind->alias);
		if (kind->from)
			assert_string_equal(variant_find(kind->from)->os, kind->os);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_back),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
