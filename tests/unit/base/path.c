/* SPDX-License-Identifier: Apache-2.0 */
/* path.c: which paths and names are taken, and files that are below a directory for certain. */
#include "unit.h"

#include <errno.h>

#include "base/limits.h"
#include "base/path.h"

#define LONG(n) long_text(n)

static const char *long_text(size_t length)
{
	static char text[2 * LIMIT_PATH_BYTES];

	memset(text, 'x', length);
	text[0] = '/';
	text[length] = '\0';
	return text;
}

static void absolute_paths(void **state)
{
	static const struct {
		const char *path, *fault;
	} rows[] = {
		{ "/a", NULL }, { "/a/b.c/..d/...", NULL }, { "/\xc3\xa4 b", NULL },
			{ "/.a", NULL },
		{ "", "it is not absolute" },
		{ "a", "it is not absolute" },
		{ "./a", "it is not absolute" },
		{ "/", "a component is empty" },
		{ "//a", "a component is empty" },
		{ "/a//b", "a component is empty" },
		{ "/a/", "a component is empty" },
		{ "/.", "a component is '.'" },
		{ "/a/./b", "a component is '.'" },
		{ "/..", "a component is '..'" },
		{ "/a/../b", "a component is '..'" },
		{ "/a/..", "a component is '..'" },
		{ "/a\\b", "it has a control character or a backslash" },
		{ "/a\nb", "it has a control character or a backslash" },
		{ "/a\x7f", "it has a control character or a backslash" },
		{ "/\x1f", "it has a control character or a backslash" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *fault = path_fault(rows[i].path);

		assert_string_equal(fault ? fault : "(none)",
				    rows[i].fault ? rows[i].fault : "(none)");
	}
	assert_null(path_fault(LONG(LIMIT_PATH_BYTES)));
	assert_string_equal(path_fault(LONG(LIMIT_PATH_BYTES + 1)), "it is too long");
}

static void names(void **state)
{
	static const char *const good[] = { "a", "0", "nats-server", "0.25.6", "A_b+c-1.tar.gz",
					    "a..", NULL };
	static const char *const begin[] = { "", ".", "..", "-a", "_a", "+a", "/", " a", "\xc3\xa4",
					     NULL };
	static const char *const other[] = { "a/b", "a b", "a\n", "a:b", "a%20", "a\xc3\xa4", "a~",
					     NULL };
	char text[LIMIT_PATH_BYTES + 2];

	(void)state;
	for (size_t i = 0; good[i]; i++)
		assert_null(path_name_fault(good[i]));
	for (size_t i = 0; begin[i]; i++)
		assert_string_equal(path_name_fault(begin[i]),
				    "it does not begin with a letter or a digit");
	for (size_t i = 0; other[i]; i++)
		assert_string_equal(path_name_fault(other[i]), "it has characters other than "
				    "letters, digits, '.', '_', '+' and '-'");
	memset(text, 'a', sizeof text);
	text[LIMIT_PATH_BYTES + 1] = '\0';
	assert_string_equal(path_name_fault(text), "it is too long");
	text[LIMIT_PATH_BYTES] = '\0';
	assert_null(path_name_fault(text));
}

static void relative_paths(void **state)
{
	(void)state;
	assert_null(path_beneath_fault("a"));
	assert_null(path_beneath_fault("a/b"));
	assert_string_equal(path_beneath_fault("/a"), "it is absolute");
	assert_string_equal(path_beneath_fault(""), "a component is empty");
	assert_string_equal(path_beneath_fault("a/../b"), "a component is '..'");
	assert_string_equal(path_beneath_fault("../a"), "a component is '..'");
	assert_string_equal(path_beneath_fault("./a"), "a component is '.'");
	assert_string_equal(path_beneath_fault("a/"), "a component is empty");
}

static void opens_files_beneath(void **state)
{
	char text[6] = "";
	struct error err;
	int fd;

	(void)state;
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	scratch_write("d/file", "hello");
	fd = path_open_beneath(scratch, "d/file", &err);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, 5), 5);
	assert_string_equal(text, "hello");
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

static void refuses_what_leads_elsewhere(void **state)
{
	static const char link_message[] = "cannot use file '%s': a component is a symbolic link "
					   "or not a directory";
	static const char *const paths[] = { "link", "dirlink/file", "file/x", "d/up/file" };
	char message[200];
	struct error err;

	(void)state;
	scratch_write("file", "");
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	scratch_write("d/file", "");
	assert_int_equal(symlinkat("file", scratch, "link"), 0);
	assert_int_equal(symlinkat("d", scratch, "dirlink"), 0);
	assert_int_equal(symlinkat("..", scratch, "d/up"), 0);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		snprintf(message, sizeof message, link_message, paths[i]);
		assert_refused(path_open_beneath(scratch, paths[i], &err), err, STATUS_CONFIG,
			       message);
	}
	assert_refused(path_open_beneath(scratch, "/etc/passwd", &err), err, STATUS_CONFIG,
		       "cannot use file '/etc/passwd': it is absolute");
	assert_refused(path_open_beneath(scratch, "d/../file", &err), err, STATUS_CONFIG,
		       "cannot use file 'd/../file': a component is '..'");
}

static void refuses_what_is_no_file(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	assert_int_equal(mkfifoat(scratch, "fifo", 0644), 0);
	assert_refused(path_open_beneath(scratch, "none", &err), err, STATUS_FILE,
		       "cannot open 'none': No such file or directory");
	assert_refused(path_open_beneath(scratch, "none/file", &err), err, STATUS_FILE,
		       "cannot open 'none/file': No such file or directory");
	assert_refused(path_open_beneath(scratch, "d", &err), err, STATUS_FILE,
		       "cannot open 'd': not a regular file");
	/* Must not wait for a writer. */
	assert_refused(path_open_beneath(scratch, "fifo", &err), err, STATUS_FILE,
		       "cannot open 'fifo': not a regular file");
}

static void opens_what_is_beneath(void **state)
{
	static const struct {
		const char *path;
		int flags, fault;
	} rows[] = {
		{ "", O_DIRECTORY, 0 }, { "d", O_DIRECTORY, 0 }, { "d/e", O_DIRECTORY, 0 },
		{ "d/e/file", 0, 0 }, { "d/e/file", O_DIRECTORY, ENOTDIR },
		{ "d/e/file/x", 0, ENOTDIR }, { "none/e", O_DIRECTORY, ENOENT },
		{ "link", O_DIRECTORY, ENOTDIR }, { "link/e", O_DIRECTORY, ENOTDIR },
		{ "link", 0, ELOOP },
	};

	(void)state;
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	assert_int_equal(mkdirat(scratch, "d/e", 0755), 0);
	scratch_write("d/e/file", "");
	assert_int_equal(symlinkat("d", scratch, "link"), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = path_open(scratch, rows[i].path, rows[i].flags);

		assert_int_equal(fd < 0 ? errno : 0, rows[i].fault);
		if (fd >= 0)
			close(fd);
	}
	/* The directory itself has stayed open. */
	assert_int_equal(fcntl(scratch, F_GETFD), FD_CLOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absolute_paths),
		cmocka_unit_test(names),
		cmocka_unit_test(relative_paths),
		scratch_test(opens_what_is_beneath),
		scratch_test(opens_files_beneath),
		scratch_test(refuses_what_leads_elsewhere),
		scratch_test(refuses_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
