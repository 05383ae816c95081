/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs. */
#include "base/purl.h"

#include "base/limits.h"
#include "base/memory.h"
#include "unit.h"

static void good_and_bad(void **state)
{
	static const char *const good[] = {
		"pkg:golang/github.com/a/b/v2@v2.0.1%2Bx", "pkg:deb/debian/a@1:2~b?arch=all&distro=x",
		"pkg:generic/a", "pkg:github/a/b@v1#c/d", "pkg:oci/a@sha256:00?tag=1,2",
	};
	static const struct {
		const char *text, *fault;
	} bad[] = {
		{ "", "it does not begin with 'pkg:'" },
		{ "PKG:a/b", "it does not begin with 'pkg:'" },
		{ "pkg:a", "it has no type, as in 'pkg:github/owner/name@version'" },
		{ "pkg:/a", "it has no type, as in 'pkg:github/owner/name@version'" },
		{ "pkg:1a/b", "it has no type, as in 'pkg:github/owner/name@version'" },
		{ "pkg:A/b", "it has no type, as in 'pkg:github/owner/name@version'" },
		{ "pkg:a/", "it has no name" }, { "pkg:a/@1", "it has no name" },
		{ "pkg:a//b", "it has no name" }, { "pkg:a/b/?c=d", "it has no name" },
		{ "pkg:a/b c", "it has a character that must be percent-encoded" },
		{ "pkg:a/b%2", "it has a character that must be percent-encoded" },
		{ "pkg:a/b%zz", "it has a character that must be percent-encoded" },
		{ "pkg:a/b+c", "it has a character that must be percent-encoded" },
		{ "pkg:a/\xc3\xa4", "it has a character that must be percent-encoded" },
	};
	char *long_one = memory_format("pkg:a/%0*d", (int)LIMIT_URL_BYTES, 0);

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (purl_fault(good[i]))
			fail_msg("%s: %s", good[i], purl_fault(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *fault = purl_fault(bad[i].text);

		if (!fault)
			fail_msg("taken: %s", bad[i].text);
		assert_string_equal(fault, bad[i].fault);
	}
	assert_string_equal(purl_fault(long_one), "it is too long");
	free(long_one);
}

static void made(void **state)
{
	const struct purl_qualifier qualifiers[] = {
		{ "a", "x/y z" }, { "b", "" }, { "c", NULL }, { "d", "1&2=3" }, { NULL, NULL },
	};
	struct pool pool = { 0 };

	(void)state;
	assert_string_equal(purl_make(&pool, "golang", "github.com/A/b/v2", "v2.0.0+incompatible",
				      NULL),
			    "pkg:golang/github.com/A/b/v2@v2.0.0%2Bincompatible");
	assert_string_equal(purl_make(&pool, "deb", "debian/a", "1:2~b", qualifiers),
			    "pkg:deb/debian/a@1:2~b?a=x%2Fy%20z&d=1%262%3D3");
	assert_string_equal(purl_make(&pool, "generic", "a@b", NULL, NULL), "pkg:generic/a%40b");
	assert_string_equal(purl_make(&pool, "generic", "\xc3\xa4", "", NULL), "pkg:generic/%C3%A4");
	assert_null(purl_fault(purl_make(&pool, "generic", " \"<>%", "?#", qualifiers)));
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_and_bad),
		cmocka_unit_test(made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
