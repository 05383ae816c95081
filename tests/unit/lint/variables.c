/* SPDX-License-Identifier: Apache-2.0 */
/* variables.c: values in the place of names. */
#include "unit.h"

#include "base/limits.h"
#include "lint/variables.h"

static void expands(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "a", "a" }, { "$A", "1" }, { "x${A}y", "x1y" }, { "$AB", "$AB" },
		{ "$A$E.$A", "1.1" }, { "\\$A", "$A" }, { "$", "$" }, { "${", "${" }, { "${A", "${A" },
		{ "$1", "$1" }, { "${A:-x}", "1" }, { "${E:-x}", "x" }, { "${E-x}", "" },
		{ "${N:-x}", "x" }, { "${N-x}", "x" }, { "${N:-}", "" }, { "${A:+x}", "${A:+x}" },
		{ "${A##*-}", "${A##*-}" }, { "$B", "3" }, { "\\A", "\\A" }, { "$(A)", "$(A)" },
	};
	struct variables variables = { 0 };
	struct pool pool = { 0 };

	(void)state;
	variables_set(&variables, &pool, "A", "1");
	variables_set(&variables, &pool, "E", "");
	variables_set(&variables, &pool, "B", "2");
	variables_set(&variables, &pool, "B", "3");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(variables_expand(&variables, &pool, rows[i][0]), rows[i][1]);
	assert_string_equal(variables_find(&variables, "B"), "3");
	assert_null(variables_find(&variables, "N"));
	pool_free(&pool);
}

static void finds_names(void **state)
{
	static const char *const rows[][2] = {
		{ "A", "A" }, { "{A_1:-x}", "A_1" }, { "_a-", "_a" }, { "1", NULL }, { "(A)", NULL },
		{ "", NULL }, { "{", NULL },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = variables_name(&pool, rows[i][0]);

		if (rows[i][1])
			assert_string_equal(name ? name : "(none)", rows[i][1]);
		else
			assert_null(name);
	}
	pool_free(&pool);
}

/* Values of values must not double for ever. */
static void has_limits(void **state)
{
	struct variables variables = { 0 };
	struct pool pool = { 0 };
	const char *value = "0123456789abcdef";

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		variables_set(&variables, &pool, "A", value);
		value = variables_expand(&variables, &pool, "$A$A");
	}
	assert_true(strlen(value) <= LIMIT_EXPANDED_BYTES);
	for (size_t i = 0; i < 2 * LIMIT_VARIABLES; i++)
		variables_set(&variables, &pool, "B", "b");
	assert_int_equal(variables.count, LIMIT_VARIABLES);
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands),
		cmocka_unit_test(finds_names),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
