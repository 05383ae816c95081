/* SPDX-License-Identifier: Apache-2.0 */
/* file.c: whole files, descriptors, directories. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"

static void reads_whole_files(void **state)
{
	struct buffer buffer;
	struct error err;
	char text[40001];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	scratch_write("large", text);
	scratch_write("empty", "");
	buffer_init(&buffer, sizeof text - 1);
	assert_int_equal(file_read(&buffer, scratch, "large", &err), 0);
	assert_string_equal(buffer.bytes, text);
	buffer_free(&buffer);
	assert_int_equal(file_read(&buffer, scratch, "empty", &err), 0);
	assert_int_equal(buffer.length, 0);
	buffer_free(&buffer);
	buffer_init(&buffer, sizeof text - 2);
	assert_refused(file_read(&buffer, scratch, "large", &err), err, STATUS_LIMIT,
		       "cannot read 'large': larger than 39999 bytes");
	buffer_free(&buffer);
}

static void reads_regular_files_only(void **state)
{
	struct buffer buffer;
	struct error err;

	(void)state;
	buffer_init(&buffer, 10);
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	assert_int_equal(mkfifoat(scratch, "fifo", 0644), 0);
	assert_refused(file_read(&buffer, scratch, "none", &err), err, STATUS_FILE,
		       "cannot read 'none': No such file or directory");
	assert_refused(file_read(&buffer, scratch, "d", &err), err, STATUS_FILE,
		       "cannot read 'd': not a regular file");
	assert_refused(file_read(&buffer, scratch, "fifo", &err), err, STATUS_FILE,
		       "cannot read 'fifo': not a regular file");
	buffer_free(&buffer);
}

static void reads_at_offsets(void **state)
{
	char bytes[8] = "";
	int fd;

	(void)state;
	scratch_write("f", "0123456789");
	fd = openat(scratch, "f", O_RDONLY);
	assert_int_equal(file_read_at(fd, bytes, 4, 3), 4);
	assert_string_equal(bytes, "3456");
	assert_int_equal(file_read_at(fd, bytes, 7, 8), 2);
	assert_int_equal(file_read_at(fd, bytes, 7, 10), 0);
	assert_int_equal(file_read_at(-1, bytes, 7, 0), -1);
	assert_int_equal(errno, EBADF);
	close(fd);
}

static void noted(int number)
{
	(void)number;
}

/* A pipe takes 64 KiB at once, so that a write is short, and interrupted by the alarm. */
static void writes_through_interruptions(void **state)
{
	struct sigaction action = { .sa_handler = noted };
	static char text[1 << 20], copy[1 << 20];
	int ends[2];
	pid_t child;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)i;
	sigaction(SIGALRM, &action, NULL);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		size_t done = 0;
		ssize_t got;

		close(ends[1]);
		usleep(50000);
		while ((got = read(ends[0], copy + done, sizeof copy - done)) > 0)
			done += (size_t)got;
		_exit(done == sizeof text && memcmp(text, copy, done) == 0 ? 0 : 1);
	}
	close(ends[0]);
	ualarm(10000, 10000);
	assert_int_equal(file_write_all(ends[1], text, sizeof text), 0);
	ualarm(0, 0);
	close(ends[1]);
	{
		int status;

		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

static void says_that_a_write_failed(void **state)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_int_equal(file_write_all(fd, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(file_write_all(fd, "", 0), 0);
	close(fd);
}

static void creates_new_files_only(void **state)
{
	mode_t mask = umask(077);
	struct error err;
	struct stat st;

	(void)state;
	assert_int_equal(file_create(scratch, "f", "text", 4, 0644, &err), 0);
	umask(mask);
	assert_text_at(scratch, "f", "text");
	assert_int_equal(fstatat(scratch, "f", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_refused(file_create(scratch, "f", "more", 4, 0644, &err), err, STATUS_FILE,
		       "cannot write 'f': File exists");
	assert_text_at(scratch, "f", "text");
	assert_int_equal(symlinkat("target", scratch, "link"), 0);
	assert_refused(file_create(scratch, "link", "more", 4, 0644, &err), err, STATUS_FILE,
		       "cannot write 'link': File exists");
	assert_int_equal(faccessat(scratch, "target", F_OK, 0), -1);
}

static void says_that_a_file_is_too_large(void **state)
{
	struct rlimit old, new;
	struct error err;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	new = old;
	new.rlim_cur = 2;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &new), 0);
	assert_refused(file_create(scratch, "f", "text", 4, 0644, &err), err, STATUS_FILE,
		       "cannot write 'f': File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
}

static char *below(const char *path)
{
	static char text[200];

	snprintf(text, sizeof text, "%s/%s", scratch_path, path);
	return text;
}

static void makes_directories(void **state)
{
	struct error err;
	char message[300];
	int fd;

	(void)state;
	fd = file_make_directory(below("a/b/c"), &err);
	assert_true(fd >= 0);
	assert_int_equal(fsync(fd), 0);
	close(fd);
	fd = file_make_directory(below("a/b"), &err);
	assert_true(fd >= 0);
	close(fd);
	scratch_write("file", "");
	snprintf(message, sizeof message, "cannot use directory '%s': Not a directory",
		 below("file"));
	assert_refused(file_make_directory(below("file"), &err), err, STATUS_FILE, message);
	snprintf(message, sizeof message, "cannot use directory '%s': Not a directory",
		 below("file/x"));
	assert_refused(file_make_directory(below("file/x"), &err), err, STATUS_FILE, message);
	assert_refused(file_make_directory("", &err), err, STATUS_FILE,
		       "cannot use directory '': No such file or directory");
}

static void removes_what_was_not_there(void **state)
{
	static const char *const paths[] = { "a/b/c", "a/b/c/", "a//b/c" };
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		char *path = strdup(below(paths[i])), *first;

		assert_null(file_first_missing(scratch_path));
		assert_int_equal(mkdirat(scratch, "a", 0755), 0);
		first = file_first_missing(path);
		assert_non_null(first);
		assert_string_equal(strrchr(first, '/'), "/b");
		close(file_make_directory(path, &err));
		assert_null(file_first_missing(path));
		file_remove_directories(path, first);
		assert_int_equal(faccessat(scratch, "a/b", F_OK, 0), -1);
		assert_int_equal(unlinkat(scratch, "a", AT_REMOVEDIR), 0);
		free(first);
		free(path);
	}
}

static void keeps_directories_with_something_in_them(void **state)
{
	char *path = strdup(below("a/b/c")), *first = file_first_missing(path);
	struct error err;

	(void)state;
	close(file_make_directory(path, &err));
	scratch_write("a/file", "user's");
	file_remove_directories(path, first);
	assert_int_equal(faccessat(scratch, "a/b", F_OK, 0), -1);
	assert_text_at(scratch, "a/file", "user's");
	free(first);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(reads_whole_files),
		scratch_test(reads_regular_files_only),
		scratch_test(reads_at_offsets),
		cmocka_unit_test(writes_through_interruptions),
		cmocka_unit_test(says_that_a_write_failed),
		scratch_test(creates_new_files_only),
		scratch_test(says_that_a_file_is_too_large),
		scratch_test(makes_directories),
		scratch_test(removes_what_was_not_there),
		scratch_test(keeps_directories_with_something_in_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
