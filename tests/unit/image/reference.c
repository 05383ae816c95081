/* SPDX-License-Identifier: Apache-2.0 */
/* reference.c: names of images. */
#include "unit.h"

#include "image/reference.h"

static void takes_references(void **state)
{
	static const char *const good[] = {
		"busybox:latest", "a/b/c:1", "registry.example/a:1", "registry.example:5000/a/b:1",
		"localhost/a:1", "localhost:5000/a:1", "Registry/a:1", "a.b_c__d---e/f:T_1.x-",
		"127.0.0.1:80/x:y",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (reference_fault(good[i]))
			fail_msg("'%s': %s", good[i], reference_fault(good[i]));
}

static void refuses_references(void **state)
{
	static const char *const names[] = {
		":x", "A:x", "a//b:x", "/a:x", "a/:x", "a..b:x", "a___b:x", "-a:x", "a-:x", "a/B:x",
		"host:port/a:x", "host:/a:x", ".host/a:x", "a/b.c:5/d:x", "a b:x", "..:x",
		"a/../b:x",
	};
	static const char *const tags[] = { "a:", "a:-x", "a:.x", "a:x y", "a:x\x80" };
	char longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_non_null(reference_fault(names[i]));
		assert_string_equal(reference_fault(names[i]), "its name is malformed");
	}
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		assert_non_null(reference_fault(tags[i]));
		assert_string_equal(reference_fault(tags[i]), "its tag is malformed");
	}
	assert_string_equal(reference_fault("a"), "it has no tag");
	assert_string_equal(reference_fault(""), "it has no tag");
	assert_string_equal(reference_fault("host:80/a"), "it has no tag");
	memset(longest, 'a', sizeof longest);
	memcpy(longest + 255, ":x", 3);
	assert_null(reference_fault(longest));
	memcpy(longest + 255, "a:x", 4);
	assert_non_null(reference_fault(longest));
	longest[1] = ':';
	memset(longest + 2, 't', 128);
	longest[130] = '\0';
	assert_null(reference_fault(longest));
	longest[130] = 't';
	longest[131] = '\0';
	assert_non_null(reference_fault(longest));
}

static void finds_the_one_that_is_wanted(void **state)
{
	static const char *const is[][2] = {
		{ "1.0", "1.0" }, { "a:1.0", "1.0" }, { "h:80/a/b:1.0", "1.0" }, { "a:1.0", "a:1.0" },
		{ "docker.io/library/a:1", "a:1" }, { "a:1", "docker.io/library/a:1" },
		{ "docker.io/a/b:1", "a/b:1" }, { "h:80/a:1", "h:80/a:1" },
	};
	static const char *const is_not[][2] = {
		{ "1.0", "1" }, { "a:1.0", "a" }, { "a:1.0", "b:1.0" }, { "1.0", "a:1.0" },
		{ "a/b:1", "b:1" }, { "quay.io/a:1", "a:1" }, { "", "1" }, { "a", "a:1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof is[0]; i++)
		assert_true(reference_is(is[i][0], is[i][1]));
	for (size_t i = 0; i < sizeof is_not / sizeof is_not[0]; i++)
		assert_false(reference_is(is_not[i][0], is_not[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_references),
		cmocka_unit_test(refuses_references),
		cmocka_unit_test(finds_the_one_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
