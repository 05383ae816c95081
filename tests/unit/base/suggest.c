/* SPDX-License-Identifier: Apache-2.0 */
/* suggest.c: the word that is meant, and when there is none. */
#include "unit.h"

#include "base/suggest.h"

/* What is meant by a word among these. */
static const char *meant(const char *word, const char *const *words)
{
	struct suggest suggest = suggest_begin(word, strlen(word));

	for (; *words; words++)
		suggest_offer(&suggest, *words);
	return suggest.best ? suggest.best : "";
}

static void test_edits(void **state)
{
	static const char *const words[] = { "rootfs", "image", "audit", "fetch", "ab", NULL };

	(void)state;
	assert_string_equal(meant("rotfs", words), "rootfs");		/* one is missing */
	assert_string_equal(meant("rroootfs", words), "rootfs");	/* two too many */
	assert_string_equal(meant("imgae", words), "image");		/* exchanged */
	assert_string_equal(meant("AUDIT", words), "audit");		/* case */
	assert_string_equal(meant("fet", words), "fetch");		/* the begin of it */
	assert_string_equal(meant("fe", words), "");
	assert_string_equal(meant("", words), "");
	assert_string_equal(meant("xy", words), "");			/* nothing of it is left */
	assert_string_equal(meant("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", words), "");
}

static void test_nearest(void **state)
{
	static const char *const words[] = { "version", "verify", "list", "lint", NULL };

	(void)state;
	assert_string_equal(meant("lst", words), "list");
	assert_string_equal(meant("lnt", words), "lint");
	assert_string_equal(meant("lit", words), "list");		/* as near: the first */
	assert_string_equal(meant("verfy", words), "verify");
}

static void test_text(void **state)
{
	struct suggest suggest = suggest_begin("--plain", 7);
	char text[SUGGEST_BYTES];

	(void)state;
	assert_string_equal(suggest_text(&suggest, "--", text), "");
	suggest.best = "plain-http";
	assert_string_equal(suggest_text(&suggest, "--", text), "did you mean '--plain-http'? ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
