/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers and licence expressions of a recipe. */
#include "recipe/identity.h"

#include "base/limits.h"
#include "base/memory.h"
#include "unit.h"

static void licences(void **state)
{
	static const char *const good[] = {
		"MIT", "GPL-2.0+", "MIT OR Apache-2.0", " MIT AND  (ISC OR (Zlib)) ", "LicenseRef-a.b",
		"GPL-2.0-only WITH Classpath-exception-2.0 AND MIT", "(MIT)AND(ISC)",
	};
	static const struct {
		const char *text, *fault;
	} bad[] = {
		{ "", "an identifier is missing in it" }, { "AND", "an identifier is missing in it" },
		{ "()", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "MIT OR", "an identifier is missing in it" },
		{ "AND MIT", "an identifier is missing in it" },
		{ "WITH MIT", "an identifier is missing in it" },
		{ "MIT WITH", "an identifier is missing in it" },
		{ "(MIT", "a parenthesis is not paired" }, { "MIT)", "a parenthesis is not paired" },
		{ "NONE", "it says nothing: leave the key out" },
		{ "NOASSERTION", "it says nothing: leave the key out" },
		{ "MIT ISC", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "MIT/X11", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "(MIT) WITH x", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "MIT WITH (x)", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "MIT WITH x WITH y", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "MIT WITH x+", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
		{ "MIT (ISC)", "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (recipe_identity_licence_fault(good[i]))
			fail_msg("%s: %s", good[i], recipe_identity_licence_fault(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *fault = recipe_identity_licence_fault(bad[i].text);

		if (!fault)
			fail_msg("taken: %s", bad[i].text);
		assert_string_equal(fault, bad[i].fault);
	}
}

static void suppliers(void **state)
{
	char *long_one = memory_format("%0*d", LIMIT_IDENTITY_BYTES, 0);

	(void)state;
	assert_null(recipe_identity_supplier_fault("A \xc3\xa4, Inc."));
	assert_null(recipe_identity_supplier_fault(long_one));
	assert_string_equal(recipe_identity_supplier_fault(""), "it is empty");
	assert_string_equal(recipe_identity_supplier_fault("a\nb"), "it has a control character");
	assert_string_equal(recipe_identity_supplier_fault("a\x7f"), "it has a control character");
	free(long_one);
	long_one = memory_format("%0*d", LIMIT_IDENTITY_BYTES + 1, 0);
	assert_string_equal(recipe_identity_supplier_fault(long_one), "it is too long");
	assert_string_equal(recipe_identity_licence_fault(long_one), "it is too long");
	free(long_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(licences),
		cmocka_unit_test(suppliers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
