/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What unit tests share: cmocka with what it wants before it, refusals, a directory of their own.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* Only the tests whose names have the text of TEST_ONLY in them; blanks are underscores there. */
__attribute__((constructor)) static inline void choose_tests(void)
{
	static char pattern[256];	/* cmocka keeps the pointer */
	const char *only = getenv("TEST_ONLY");

	if (!only || !*only)
		return;
	snprintf(pattern, sizeof pattern, "*%s*", only);
	for (char *c = pattern; *c; c++)
		if (*c == ' ')
			*c = '_';
	cmocka_set_test_filter(pattern);
}

/* The call has failed, with exactly this status and message. */
#define assert_refused(call, err, expected_status, expected_message) do { \
	assert_int_equal((call), -1); \
	assert_string_equal((err).message, expected_message); \
	assert_int_equal((err).status, expected_status); \
} while (0)

/* The directory of the test that runs, and a descriptor of it. */
static char scratch_path[64];
static int scratch = -1;

static inline int scratch_set_up(void **state)
{
	(void)state;
	snprintf(scratch_path, sizeof scratch_path, "/tmp/bundler-unit.XXXXXX");
	if (!mkdtemp(scratch_path))
		return -1;
	scratch = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return scratch < 0 ? -1 : 0;
}

static inline int scratch_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int scratch_tear_down(void **state)
{
	(void)state;
	close(scratch);
	return nftw(scratch_path, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* A test in a directory of its own. */
#define scratch_test(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

/* Makes the file at path below the directory, with this text. */
static inline void scratch_write(const char *path, const char *text)
{
	int fd = openat(scratch, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* The text of the file at path below dirfd; caller frees. */
static inline char *text_at(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY);
	struct stat st;
	char *text;

	if (fd < 0)
		fail_msg("no file '%s'", path);
	assert_int_equal(fstat(fd, &st), 0);
	text = test_calloc((size_t)st.st_size + 1, 1);
	assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
	close(fd);
	return text;
}

#define assert_text_at(dirfd, path, expected) do { \
	char *text_ = text_at(dirfd, path); \
	assert_string_equal(text_, expected); \
	test_free(text_); \
} while (0)

#endif
