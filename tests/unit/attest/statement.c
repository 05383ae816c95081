/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c: statements about images. */
#include "unit.h"

#include "attest/statement.h"

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"	/* of "abc" */

static void writes_statements(void **state)
{
	static const char expected[] =
		"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":["
		"{\"name\":\"one\",\"digest\":{\"sha256\":\"" HEX "\"}},"
		"{\"name\":\"two\",\"digest\":{\"sha256\":\"" HEX "\"}}],"
		"\"predicateType\":\"https://spdx.dev/Document\","
		"\"predicate\":{\"z\":\"\xc3\xa4/\",\"a\":[1,{}]}}";
	const struct statement_subject subjects[] = {
		{ "one", digest_of("abc", 3) }, { "two", digest_of("abc", 3) },
	};
	json_t *predicate = json_pack("{s:s, s:[i, {}]}", "z", "\xc3\xa4/", "a", 1);
	struct content content;

	(void)state;
	content = statement_write(subjects, 2, STATEMENT_SPDX, predicate);
	assert_int_equal(content.size, strlen(expected));
	assert_memory_equal(content.bytes, expected, strlen(expected));
	/* The predicate is still the caller's. */
	assert_string_equal(json_string_value(json_object_get(predicate, "z")), "\xc3\xa4/");
	json_decref(predicate);
	content_free(&content);
}

static void names_images(void **state)
{
	const struct digest digest = digest_of("abc", 3);
	struct pool pool = { 0 };

	(void)state;
	assert_string_equal(statement_name(&pool, "nats", &digest, "arm64"),
			    "pkg:oci/nats@sha256:" HEX "?arch=arm64");
	assert_string_equal(statement_name(&pool, "registry.example/a/nats", &digest, NULL),
			    "pkg:oci/nats@sha256:" HEX);
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_statements),
		cmocka_unit_test(names_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
