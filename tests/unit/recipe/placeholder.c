/* SPDX-License-Identifier: Apache-2.0 */
/* placeholder.c: templates. */
#include "unit.h"

#include "base/limits.h"
#include "recipe/placeholder.h"

static const struct placeholder table[] = {
	{ "name", "nats" }, { "version", "1.2" }, { "exe", "" }, { "braces", "{name}" },
		{ NULL, NULL },
};

static void expands(void **state)
{
	static const struct {
		const char *template, *text;
	} rows[] = {
		{ "", "" }, { "plain", "plain" }, { "{name}", "nats" }, { "{name}{exe}", "nats" },
		{ "a{name}-v{version}.b", "anats-v1.2.b" },
		/* What a placeholder stands for is no template again. */
		{ "{braces}", "{name}" },
	};
	struct pool pool = { 0 };
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(placeholder_expand(&pool, rows[i].template, table, &err),
				    rows[i].text);
	pool_free(&pool);
}

static void refuses(void **state)
{
	static const char *const rows[][2] = {
		{ "{nam}", "{nam}" }, { "{names}", "{names}" }, { "{}", "{}" }, { "a}b", "}b" },
		{ "a{name", "{name" }, { "{name}}", "}" }, { "{{name}}", "{{" },
		{ "{Name}", "{Name}" }, { "{ name }", "{ name }" }, { "{", "{" },
	};
	struct pool pool = { 0 };
	char message[100];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(placeholder_expand(&pool, rows[i][0], table, &err));
		snprintf(message, sizeof message, "cannot expand '%s': no placeholder '%s'",
			 rows[i][0], rows[i][1]);
		assert_string_equal(err.message, message);
		assert_int_equal(err.status, STATUS_CONFIG);
	}
	pool_free(&pool);
}

static void result_is_bounded(void **state)
{
	char template[LIMIT_EXPANDED_BYTES + 2], value[1001];
	const struct placeholder rows[] = { { "v", value }, { NULL, NULL } };
	struct pool pool = { 0 };
	struct error err;

	(void)state;
	memset(template, 'x', sizeof template);
	template[LIMIT_EXPANDED_BYTES] = '\0';
	assert_string_equal(placeholder_expand(&pool, template, rows, &err), template);
	template[LIMIT_EXPANDED_BYTES] = 'x';
	template[LIMIT_EXPANDED_BYTES + 1] = '\0';
	assert_null(placeholder_expand(&pool, template, rows, &err));
	assert_int_equal(err.status, STATUS_CONFIG);
	memset(value, 'y', sizeof value);
	value[1000] = '\0';
	assert_null(placeholder_expand(&pool, "{v}{v}{v}{v}{v}{v}{v}{v}{v}", rows, &err));
	assert_string_equal(err.message, "cannot expand '{v}{v}{v}{v}{v}{v}{v}{v}{v}...': more "
			    "than 8192 bytes");
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(result_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
