/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c: the names in a directory, all of them or a reason why not. */
#include "unit.h"

#include <errno.h>

#include "base/directory.h"

/* The directory has exactly these names, in this order, NULL behind the last. */
static void assert_names(const char *const *expected)
{
	struct pool pool = { 0 };
	const char **names;

	assert_int_equal(directory_list(scratch, 100, &pool, &names), 0);
	for (; *expected; expected++, names++) {
		assert_non_null(*names);
		assert_string_equal(*names, *expected);
	}
	assert_null(*names);
	pool_free(&pool);
}

static void sorts_names_as_bytes(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const sorted[] = { "...", ".a", "A", "a", "a b", "a-", "a.b", "a0", "link",
					      "\xc3\xa4", NULL };

	(void)state;
	assert_names(none);
	for (size_t i = sizeof sorted / sizeof sorted[0] - 1; i-- > 1;)
		scratch_write(sorted[i], "");
	assert_int_equal(mkdirat(scratch, sorted[0], 0755), 0);
	assert_int_equal(unlinkat(scratch, "link", 0), 0);
	assert_int_equal(symlinkat("nowhere", scratch, "link"), 0);
	assert_names(sorted);
	/* From the start once more, although the position has changed. */
	assert_names(sorted);
}

static void lists_many_names(void **state)
{
	struct pool pool = { 0 };
	const char **names;
	char name[16];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "n%03d", i);
		scratch_write(name, "");
	}
	assert_int_equal(directory_list(scratch, 1000, &pool, &names), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "n%03d", i);
		assert_string_equal(names[i], name);
	}
	assert_null(names[1000]);
	pool_free(&pool);
}

static void lists_no_more_than_the_maximum(void **state)
{
	struct pool pool = { 0 };
	const char **names;

	(void)state;
	assert_int_equal(directory_list(scratch, 0, &pool, &names), 0);
	scratch_write("a", "");
	scratch_write("b", "");
	scratch_write("c", "");
	assert_int_equal(directory_list(scratch, 3, &pool, &names), 0);
	assert_string_equal(names[2], "c");
	errno = 0;
	assert_int_equal(directory_list(scratch, 2, &pool, &names), -1);
	assert_int_equal(errno, E2BIG);
	pool_free(&pool);
}

static void says_what_is_no_directory(void **state)
{
	struct pool pool = { 0 };
	const char **names;
	int fd;

	(void)state;
	scratch_write("file", "");
	fd = openat(scratch, "file", O_RDONLY | O_CLOEXEC);
	assert_int_equal(directory_list(fd, 10, &pool, &names), -1);
	assert_int_equal(errno, ENOTDIR);
	/* It is still the caller's. */
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	assert_int_equal(directory_list(fd, 10, &pool, &names), -1);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(sorts_names_as_bytes),
		scratch_test(lists_many_names),
		scratch_test(lists_no_more_than_the_maximum),
		scratch_test(says_what_is_no_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
