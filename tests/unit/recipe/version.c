/* SPDX-License-Identifier: Apache-2.0 */
/* version.c: Semantic Versioning 2.0.0. */
#include "unit.h"

#include "recipe/version.h"

static void taken(void **state)
{
	static const char *const versions[] = {
		"0", "1", "0.25", "0.25.6", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7",
		"1.0.0-x.7.z.92", "1.0.0-x-y-z.--", "1.0.0+20130313144700", "1.0.0-beta+exp.sha.5114f85",
		"1.0.0+21AF26D3---117B344092BD", "1.0.0+007", "1.0.0-0a", "1.0.0-01a", "1.0.0--1", "1-a",
		"1.2+b", "99999999999999999999999.999999999999999999.99999999999999999",
		"1.0.0-99999999999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (version_fault(versions[i]))
			fail_msg("'%s' is refused: %s", versions[i], version_fault(versions[i]));
}

static void refused(void **state)
{
	static const char *const rows[][2] = {
		{ "", "a number is missing" }, { "v1.0.0", "a number is missing" },
		{ "latest", "a number is missing" }, { ".1", "a number is missing" },
		{ "1.", "a number is missing" }, { "1..2", "a number is missing" },
		{ "1.0.", "a number is missing" }, { "1.x", "a number is missing" },
		{ "-1", "a number is missing" }, { " 1.0.0", "a number is missing" },
		{ "1.0.0.0", "it has more than three numbers" },
		{ "1.0.0.", "it has more than three numbers" },
		{ "01.0.0", "a number in it begins with 0" },
		{ "1.00.0", "a number in it begins with 0" },
		{ "1.0.01", "a number in it begins with 0" },
		{ "1.0.0-01", "a number in it begins with 0" },
		{ "1.0.0-a.00", "a number in it begins with 0" },
		{ "1.0.0-", "a part of it is empty" }, { "1.0.0-a..b", "a part of it is empty" },
		{ "1.0.0-a.", "a part of it is empty" }, { "1.0.0+", "a part of it is empty" },
		{ "1.0.0+a..b", "a part of it is empty" }, { "1.0.0-+b", "a part of it is empty" },
		{ "1.0.0 ", "it has an invalid character" },
		{ "1.0.0\n", "it has an invalid character" },
		{ "1.0.0/../x", "it has an invalid character" },
		{ "1.0.0a", "it has an invalid character" },
		{ "1.0.0-a_b", "it has an invalid character" },
		{ "1.0.0+a+b", "it has an invalid character" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *fault = version_fault(rows[i][0]);

		if (!fault || strcmp(fault, rows[i][1]) != 0)
			fail_msg("'%s': %s", rows[i][0], fault ? fault : "it is taken");
	}
}

/* Each before the next; some are section 11's own examples. */
static void ordered(void **state)
{
	static const char *const versions[] = {
		"0", "0.0.1", "0.9.0", "0.9.9", "0.10.0", "0.15.1", "0.16.0", "0.25.5", "0.25.6-RC.1",
		"0.25.6", "0.25.10", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-10.0",
		"1.0.0-99999999999999999998", "1.0.0-99999999999999999999", "1.0.0--", "1.0.0-RC.1",
		"1.0.0-RC.2", "1.0.0-RC.10", "1.0.0-RC1", "1.0.0-alpha", "1.0.0-alpha.1",
		"1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0", "1.0.1", "1.1", "2.0.0", "2.10.17-RC.9", "2.10.17", "2.10.18-RC.1", "10",
		"18446744073709551615.0.0", "18446744073709551616.0.0",
	};
	const size_t count = sizeof versions / sizeof versions[0];

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int order = version_compare(versions[i], versions[j]);

			if ((order > 0) - (order < 0) != (i > j) - (i < j))
				fail_msg("'%s' against '%s': %d", versions[i], versions[j], order);
		}
}

static void equal(void **state)
{
	static const char *const rows[][2] = {
		{ "1", "1.0.0" }, { "1.2", "1.2.0" }, { "1.0.0+a", "1.0.0+b" }, { "1.0.0", "1.0.0+1" },
		{ "1-a", "1.0.0-a" }, { "1.0.0-a.1+x", "1.0.0-a.1" }, { "1.0.0+1-a", "1.0.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(version_compare(rows[i][0], rows[i][1]), 0);
		assert_int_equal(version_compare(rows[i][1], rows[i][0]), 0);
	}
}

static void prereleases(void **state)
{
	(void)state;
	assert_true(version_is_prerelease("1.0.0-RC.1"));
	assert_true(version_is_prerelease("1.0.0-RC.1+b"));
	assert_false(version_is_prerelease("1.0.0"));
	assert_false(version_is_prerelease("1.0.0+a-b"));
}

static void prefixes(void **state)
{
	(void)state;
	assert_int_equal(version_prefix("0.25.6", 1), 1);
	assert_int_equal(version_prefix("0.25.6", 2), 4);
	assert_int_equal(version_prefix("0.25.6-RC.1", 3), 6);
	assert_int_equal(version_prefix("10.2", 2), 4);
	assert_int_equal(version_prefix("10.2", 3), 0);
	assert_int_equal(version_prefix("1-2.3", 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken), cmocka_unit_test(refused), cmocka_unit_test(ordered),
		cmocka_unit_test(equal), cmocka_unit_test(prereleases), cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
