/* SPDX-License-Identifier: Apache-2.0 */
/* content.c: bytes in memory and in unnamed files. */
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "base/content.h"
#include "base/limits.h"

/* The first length bytes of a pattern without short periods. */
static const char *pattern(size_t length)
{
	static char bytes[4 * LIMIT_MEMORY_CONTENT];

	assert_true(length <= sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 31 + i / 251);
	return bytes;
}

/* Written in pieces of a size that divides nothing. */
static struct content make(size_t length)
{
	struct content_writer writer;
	struct content content;
	const char *bytes = pattern(length);

	content_begin(&writer, scratch);
	for (size_t at = 0; at < length;) {
		size_t part = length - at < 4099 ? length - at : 4099;

		assert_int_equal(content_add(&writer, bytes + at, part), 0);
		at += part;
	}
	assert_int_equal(content_end(&writer, &content), 0);
	content_abandon(&writer);
	return content;
}

static void assert_content(const struct content *content, size_t length)
{
	char *bytes = test_calloc(length + 1, 1);
	struct digest digest = digest_of(pattern(length), length);

	assert_int_equal(content->size, length);
	assert_memory_equal(content->digest.bytes, digest.bytes, DIGEST_BYTES);
	assert_int_equal(content_read(content, bytes, length + 1, 0), length);
	assert_memory_equal(bytes, pattern(length), length);
	test_free(bytes);
}

static void few_bytes_stay_in_memory(void **state)
{
	static const size_t lengths[] = { 0, 1, LIMIT_MEMORY_CONTENT - 1, LIMIT_MEMORY_CONTENT };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct content content = make(lengths[i]);

		assert_non_null(content.bytes);
		assert_int_equal(content.fd, -1);
		assert_content(&content, lengths[i]);
		content_free(&content);
	}
}

static void many_go_to_an_unnamed_file(void **state)
{
	static const size_t lengths[] = { LIMIT_MEMORY_CONTENT + 1, 3 * LIMIT_MEMORY_CONTENT + 7 };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct content content = make(lengths[i]);
		struct stat st;

		assert_null(content.bytes);
		assert_int_equal(fstat(content.fd, &st), 0);
		assert_int_equal(st.st_nlink, 0);
		assert_int_equal(st.st_mode, S_IFREG | 0600);
		assert_content(&content, lengths[i]);
		content_free(&content);
		assert_int_equal(content.fd, -1);
	}
}

static void reads_at_offsets(void **state)
{
	static const size_t lengths[] = { 1000, 2 * LIMIT_MEMORY_CONTENT };
	char bytes[100];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct content content = make(lengths[i]);

		assert_int_equal(content_read(&content, bytes, 100, 300), 100);
		assert_memory_equal(bytes, pattern(1000) + 300, 100);
		assert_int_equal(content_read(&content, bytes, 100, lengths[i] - 7), 7);
		assert_int_equal(content_read(&content, bytes, 100, lengths[i]), 0);
		assert_int_equal(content_read(&content, bytes, 100, lengths[i] + 5), 0);
		assert_int_equal(content_read(&content, bytes, 100, UINT64_C(1) << 62), 0);
		content_free(&content);
	}
}

static void copies(void **state)
{
	static const size_t lengths[] = { 0, 1000, 2 * LIMIT_MEMORY_CONTENT + 3 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct content content = make(lengths[i]);
		char *bytes = test_calloc(lengths[i] + 1, 1);
		int fd = openat(scratch, "copy", O_RDWR | O_CREAT | O_TRUNC, 0600);

		assert_int_equal(content_copy(&content, fd), 0);
		assert_int_equal(lseek(fd, 0, SEEK_CUR), lengths[i]);
		assert_int_equal(pread(fd, bytes, lengths[i] + 1, 0), lengths[i]);
		assert_memory_equal(bytes, pattern(lengths[i]), lengths[i]);
		close(fd);
		test_free(bytes);
		content_free(&content);
	}
}

/* copy_file_range(2) does not work into a pipe: the plain way does. */
static void copies_by_hand(void **state)
{
	const size_t length = 2 * LIMIT_MEMORY_CONTENT + 3;
	struct content content = make(length);
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		char bytes[4096];
		size_t at = 0;
		ssize_t got;

		close(ends[1]);
		while ((got = read(ends[0], bytes, sizeof bytes)) > 0) {
			if (memcmp(bytes, pattern(length) + at, (size_t)got) != 0)
				_exit(1);
			at += (size_t)got;
		}
		_exit(at == length ? 0 : 2);
	}
	close(ends[0]);
	assert_int_equal(content_copy(&content, ends[1]), 0);
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	content_free(&content);
}

static void a_copy_that_fails_says_why(void **state)
{
	static const size_t lengths[] = { 1000, 2 * LIMIT_MEMORY_CONTENT };
	int full = open("/dev/full", O_WRONLY);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct content content = make(lengths[i]);

		assert_int_equal(content_copy(&content, full), -1);
		assert_int_equal(errno, ENOSPC);
		content_free(&content);
	}
	close(full);
}

static void an_unnamed_file_is_given_a_name(void **state)
{
	const size_t length = 2 * LIMIT_MEMORY_CONTENT;
	struct content content = make(length);
	struct stat named, own;
	int fd;

	(void)state;
	fd = content_link(&content, scratch, "name");
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstatat(scratch, "name", &named, 0), 0);
	assert_int_equal(fstat(fd, &own), 0);
	assert_int_equal(named.st_ino, own.st_ino);
	assert_int_equal(named.st_size, length);
	close(fd);
	/* Once only, and still readable. */
	assert_int_equal(content_link(&content, scratch, "other"), -1);
	assert_content(&content, length);
	content_free(&content);
}

static void what_has_no_file_is_not_given_a_name(void **state)
{
	struct content content = make(10);

	(void)state;
	assert_int_equal(content_link(&content, scratch, "name"), -1);
	assert_int_equal(faccessat(scratch, "name", F_OK, 0), -1);
	content_free(&content);
	content = make(2 * LIMIT_MEMORY_CONTENT);
	scratch_write("name", "user's");
	assert_int_equal(content_link(&content, scratch, "name"), -1);
	assert_text_at(scratch, "name", "user's");
	content_free(&content);
}

static void shared(void **state)
{
	static const size_t lengths[] = { 0, 1000, 2 * LIMIT_MEMORY_CONTENT };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct content one = make(lengths[i]), other;

		assert_int_equal(content_share(&one, &other), 0);
		content_free(&one);
		assert_content(&other, lengths[i]);
		content_free(&other);
	}
}

static void of_bytes(void **state)
{
	struct content content = content_of(pattern(300000 / 2), 300000 / 2);

	(void)state;
	assert_content(&content, 300000 / 2);
	content_free(&content);
}

static void abandoned(void **state)
{
	static const size_t lengths[] = { 0, 10, 2 * LIMIT_MEMORY_CONTENT };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct content_writer writer;

		content_begin(&writer, scratch);
		assert_int_equal(content_add(&writer, pattern(lengths[i]), lengths[i]), 0);
		content_abandon(&writer);
	}
}

/* The unnamed file cannot be made: at once; or grows beyond what is there: at the end at latest. */
static void a_store_that_fails_says_why(void **state)
{
	struct content_writer writer;
	struct content content;
	int result = 0;

	(void)state;
	content_begin(&writer, -1);
	assert_int_equal(content_add(&writer, pattern(10), 10), 0);
	assert_int_equal(content_add(&writer, pattern(LIMIT_MEMORY_CONTENT), LIMIT_MEMORY_CONTENT),
			 -1);
	assert_int_equal(errno, EBADF);
	content_abandon(&writer);
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0
	    || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
	    || mount("tmpfs", scratch_path, "tmpfs", 0, "size=128k") < 0)
		skip();
	{
		int small = open(scratch_path, O_RDONLY | O_DIRECTORY);

		content_begin(&writer, small);
		for (int i = 0; i < 20 && result == 0; i++)
			result = content_add(&writer, pattern(100000), 100000);
		if (result == 0)
			result = content_end(&writer, &content);
		assert_int_equal(result, -1);
		assert_int_equal(errno, ENOSPC);
		content_abandon(&writer);
		close(small);
	}
	assert_int_equal(umount(scratch_path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(few_bytes_stay_in_memory),
		scratch_test(many_go_to_an_unnamed_file),
		scratch_test(reads_at_offsets),
		scratch_test(copies),
		scratch_test(copies_by_hand),
		scratch_test(a_copy_that_fails_says_why),
		scratch_test(an_unnamed_file_is_given_a_name),
		scratch_test(what_has_no_file_is_not_given_a_name),
		scratch_test(shared),
		cmocka_unit_test(of_bytes),
		scratch_test(abandoned),
		scratch_test(a_store_that_fails_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
