/* SPDX-License-Identifier: Apache-2.0 */
/* digests.c: what is a digest, where one is written, and what compares it. */
#include "unit.h"

#include "lint/digests.h"

#define HEX64 "0123456789abcdefABCDEF0123456789abcdefABCDEF01234567890123456789"
#define ZEROS64 "0000000000000000000000000000000000000000000000000000000000000000"

static void kinds(void **state)
{
	(void)state;
	assert_int_equal(digests_kind(HEX64), LINT_SHA256);
	assert_int_equal(digests_kind(HEX64 HEX64), LINT_SHA512);
	assert_int_equal(digests_kind(HEX64 "0"), 0);
	assert_int_equal(digests_kind(HEX64 HEX64 HEX64), 0);
	assert_int_equal(digests_kind(ZEROS64), 0);
	assert_int_equal(digests_kind(""), 0);
	assert_int_equal(digests_named("GIT_DOWNLOAD_SHA256"), LINT_SHA256);
	assert_int_equal(digests_named("sha512"), LINT_SHA512);
	assert_int_equal(digests_named("Checksum"), LINT_SHA256 | LINT_SHA512);
	assert_int_equal(digests_named("VERSION"), 0);
}

static void found_in_texts(void **state)
{
	static const char text[] = "a" HEX64 " x" HEX64 "\n" HEX64 "! '" HEX64 HEX64 "' " HEX64 "g";
	struct pool pool = { 0 };
	size_t offset = 0;

	(void)state;
	assert_string_equal(digests_next(&pool, text, &offset, strlen(text)), HEX64);
	assert_string_equal(digests_next(&pool, text, &offset, strlen(text)), HEX64 HEX64);
	assert_null(digests_next(&pool, text, &offset, strlen(text)));
	offset = 0;
	assert_null(digests_next(&pool, text, &offset, 70));
	pool_free(&pool);
}

static void found_before_names(void **state)
{
	static const char *const rows[] = {
		HEX64 "  a.tgz", "echo '" HEX64 " *./dir/a.tgz'", HEX64 " *a.tgz.asc", "a.tgz " HEX64 "\ta.tgz",
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(digests_before(&pool, rows[i], "a.tgz"), HEX64);
	assert_null(digests_before(&pool, "x" HEX64 " a.tgz", "a.tgz"));
	assert_null(digests_before(&pool, "a.tgz", "a.tgz"));
	assert_null(digests_before(&pool, HEX64 " b.tgz", "a.tgz"));
	pool_free(&pool);
}

static void compared_by_commands(void **state)
{
	static const struct { const char *text; unsigned digests; bool listed; } rows[] = {
		{ "sha256sum -c -", LINT_SHA256, false }, { "sha512sum -c -", LINT_SHA512, false },
		{ "sha256sum a; sha512sum b", LINT_SHA256 | LINT_SHA512, false },
		{ "shasum -a 512 -c", LINT_SHA512, false }, { "shasum -c", 0, false },
		{ "openssl dgst -sha512 a", LINT_SHA512, false },
		{ "(Get-FileHash a).Hash", LINT_SHA256, false },
		{ "(Get-FileHash a -Algorithm SHA512).Hash", LINT_SHA512, false },
		{ "grep a SHASUMS256.txt | sha256sum -c", LINT_SHA256, true },
		{ "sha512sum -c a.sha512", LINT_SHA512, true }, { "cat a.sha512", 0, false },
		{ "md5sum -c", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(digests_checked(rows[i].text), rows[i].digests);
		assert_int_equal(digests_listed(rows[i].text), rows[i].listed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(found_in_texts),
		cmocka_unit_test(found_before_names),
		cmocka_unit_test(compared_by_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
