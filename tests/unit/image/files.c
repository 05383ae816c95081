/* SPDX-License-Identifier: Apache-2.0 */
/* files.c: what is in a layout or an archive, and what cannot be read there. */
#include "unit.h"

#include "base/limits.h"
#include "image/files.h"
#include "tarball.h"

static struct files *files;
static struct error err;

static char *in_scratch(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", scratch_path, name);
	return path;
}

static int open_place(enum location_kind kind, const char *name)
{
	return files_open(&files, &(struct location){ .kind = kind, .path = in_scratch(name) },
			  &err);
}

/* "name type size file fault", a line for each entry. */
static const char *listing(void)
{
	static char text[65536];
	size_t count, used = 0;
	const struct files_entry *entries = files_entries(files, &count);

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %d %llu %s %s\n",
					 entries[i].name, entries[i].type,
					 (unsigned long long)entries[i].size,
					 entries[i].file ? entries[i].file->name : "-",
					 entries[i].fault ? entries[i].fault : "-");
	return text;
}

static void assert_content(const char *name, const char *expected)
{
	const struct files_entry *entry = files_find(files, name);
	struct buffer buffer;

	assert_non_null(entry);
	buffer_init(&buffer, 100);
	assert_int_equal(files_read(files, entry, &buffer, &err), 0);
	assert_string_equal(buffer.bytes ? buffer.bytes : "", expected);
	buffer_free(&buffer);
}

static void lists_a_directory(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(scratch, "blobs", 0755), 0);
	assert_int_equal(mkdirat(scratch, "blobs/sha256", 0755), 0);
	scratch_write("data", "hello");
	scratch_write("blobs/sha256/aa", "content");
	assert_int_equal(symlinkat("../../data", scratch, "blobs/sha256/bb"), 0);
	assert_int_equal(mkfifoat(scratch, "fifo", 0644), 0);
	assert_int_equal(open_place(LOCATION_OCI, ""), 0);
	assert_string_equal(listing(), "blobs 1 0 - -\n"
			    "blobs/sha256 1 0 - -\n"
			    "blobs/sha256/aa 0 7 blobs/sha256/aa -\n"
			    "blobs/sha256/bb 2 5 data -\n"
			    "data 0 5 data -\n"
			    "fifo 4 0 - -\n");
	assert_content("blobs/sha256/aa", "content");
	assert_content("blobs/sha256/bb", "hello");
	assert_null(files_find(files, "blobs/sha256/"));
	assert_null(files_find(files, "./data"));
	files_close(files);
}

static void follows_no_link_outside(void **state)
{
	(void)state;
	scratch_write("file", "hello");
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	assert_int_equal(mkdirat(scratch, "d/e", 0755), 0);
	assert_int_equal(symlinkat("/etc/passwd", scratch, "absolute"), 0);
	assert_int_equal(symlinkat("../../etc/passwd", scratch, "above"), 0);
	assert_int_equal(symlinkat("../../..", scratch, "d/e/f"), 0);
	assert_int_equal(symlinkat("file", scratch, "good"), 0);
	assert_int_equal(symlinkat(".././d//../file", scratch, "d/good"), 0);
	assert_int_equal(symlinkat("good", scratch, "chain"), 0);
	assert_int_equal(symlinkat("loop", scratch, "loop"), 0);
	assert_int_equal(symlinkat("d", scratch, "directory"), 0);
	assert_int_equal(symlinkat("none", scratch, "nothing"), 0);
	assert_int_equal(open_place(LOCATION_OCI, ""), 0);
	assert_string_equal(listing(), "above 2 0 - it leads out of the image\n"
			    "absolute 2 0 - it leads out of the image\n"
			    "chain 2 0 - it does not lead to a file\n"
			    "d 1 0 - -\n"
			    "d/e 1 0 - -\n"
			    "d/e/f 2 0 - it leads out of the image\n"
			    "d/good 2 5 file -\n"
			    "directory 2 0 - it does not lead to a file\n"
			    "file 0 5 file -\n"
			    "good 2 5 file -\n"
			    "loop 2 0 - it does not lead to a file\n"
			    "nothing 2 0 - it does not lead to a file\n");
	files_close(files);
}

static void opens_nothing_that_was_replaced(void **state)
{
	struct files_reader file;

	(void)state;
	assert_int_equal(mkdirat(scratch, "d", 0755), 0);
	scratch_write("d/file", "hello");
	scratch_write("other", "hello");
	assert_int_equal(open_place(LOCATION_OCI, ""), 0);
	assert_int_equal(unlinkat(scratch, "d/file", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", scratch, "d/file"), 0);
	assert_refused(files_reader_open(&file, files, files_find(files, "d/file"), &err), err,
		       STATUS_FILE, "cannot use file 'd/file': a component is a symbolic link or "
		       "not a directory");
	assert_int_equal(unlinkat(scratch, "d/file", 0), 0);
	assert_int_equal(mkfifoat(scratch, "d/file", 0644), 0);
	assert_refused(files_reader_open(&file, files, files_find(files, "d/file"), &err), err,
		       STATUS_FILE, "cannot open 'd/file': not a regular file");
	assert_int_equal(unlinkat(scratch, "d/file", 0), 0);
	assert_int_equal(unlinkat(scratch, "d", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat(".", scratch, "d"), 0);
	assert_refused(files_reader_open(&file, files, files_find(files, "d/file"), &err), err,
		       STATUS_FILE, "cannot use file 'd/file': a component is a symbolic link or "
		       "not a directory");
	files_close(files);
}

static void refuses_what_is_no_layout(void **state)
{
	char expected[200];

	(void)state;
	snprintf(expected, sizeof expected, "cannot read '%s/none': No such file or directory",
		 scratch_path);
	assert_refused(open_place(LOCATION_OCI, "none"), err, STATUS_FILE, expected);
	scratch_write("file", "hello");
	snprintf(expected, sizeof expected, "cannot read '%s/file': Not a directory", scratch_path);
	assert_refused(open_place(LOCATION_OCI, "file"), err, STATUS_FILE, expected);
	snprintf(expected, sizeof expected, "cannot read an image from '%s/file': the place must "
		 "be oci:, oci-archive:, docker-archive: or docker://", scratch_path);
	assert_refused(open_place(LOCATION_TAR, "file"), err, STATUS_USAGE, expected);
	assert_refused(open_place(LOCATION_DIRECTORY, "file"), err, STATUS_USAGE, expected);
}

static void bounds_names_of_directories(void **state)
{
	char name[252], expected[200];
	int fds[18] = { scratch };

	(void)state;
	memset(name, 'd', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (int i = 0; i < 17; i++) {
		assert_int_equal(mkdirat(fds[i], name, 0755), 0);
		fds[i + 1] = openat(fds[i], name, O_RDONLY | O_DIRECTORY);
		assert_true(fds[i + 1] >= 0);
	}
	snprintf(expected, sizeof expected, "cannot read '%s/': its directories are nested too deeply",
		 scratch_path);
	assert_refused(open_place(LOCATION_OCI, ""), err, STATUS_LIMIT, expected);
	for (int i = 17; i > 0; i--) {
		close(fds[i]);
		assert_int_equal(unlinkat(fds[i - 1], name, AT_REMOVEDIR), 0);
	}
}

/* ---- archives ---- */

static struct buffer archive;

static void write_archive(const char *name)
{
	int fd = openat(scratch, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	for (size_t at = 0; at < archive.length;) {
		ssize_t written = write(fd, archive.bytes + at, archive.length - at);

		assert_true(written > 0);
		at += (size_t)written;
	}
	close(fd);
	buffer_free(&archive);
}

static int archive_set_up(void **state)
{
	buffer_init(&archive, TARBALL_BYTES);
	return scratch_set_up(state);
}

#define archive_test(test) \
	cmocka_unit_test_setup_teardown(test, archive_set_up, scratch_tear_down)

static void lists_an_archive(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "./", .type = '5');
	TARBALL(&archive, .name = "./blobs/", .type = '5');
	TARBALL(&archive, .name = "././/blobs/bb", .content = "hello");
	TARBALL(&archive, .name = "blobs/aa", .type = '2', .target = "bb");
	TARBALL(&archive, .name = "x/hard", .type = '1', .target = "./blobs/bb");
	TARBALL(&archive, .name = "soft", .type = '2', .target = "x/hard");
	TARBALL(&archive, .name = "null", .type = '3');
	TARBALL(&archive, .name = "empty");
	tarball_end(&archive);
	write_archive("a.tar");
	assert_int_equal(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), 0);
	assert_string_equal(listing(), "blobs 1 0 - -\n"
			    "blobs/aa 2 5 blobs/bb -\n"
			    "blobs/bb 0 5 blobs/bb -\n"
			    "empty 0 0 empty -\n"
			    "null 4 0 - -\n"
			    "soft 2 5 blobs/bb -\n"
			    "x/hard 3 5 blobs/bb -\n");
	assert_content("blobs/bb", "hello");
	assert_content("soft", "hello");
	assert_content("empty", "");
	files_close(files);
}

static void tells_names_that_are_none(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "../x", .content = "1");
	TARBALL(&archive, .name = "/abs", .content = "2");
	TARBALL(&archive, .name = "a//b", .content = "3");
	TARBALL(&archive, .name = "a/./c", .content = "4");
	TARBALL(&archive, .name = "", .content = "5");
	TARBALL(&archive, .name = "l", .type = '1', .target = "../x");
	TARBALL(&archive, .name = "m", .type = '1', .target = "/abs");
	TARBALL(&archive, .name = "n", .type = '1', .target = "n");
	tarball_end(&archive);
	write_archive("a.tar");
	assert_int_equal(open_place(LOCATION_DOCKER_ARCHIVE, "a.tar"), 0);
	assert_string_equal(listing(), " 0 1 - a component is empty\n"
			    "../x 0 1 - a component is '..'\n"
			    "/abs 0 1 - it is absolute\n"
			    "a/./c 0 1 - a component is '.'\n"
			    "a//b 0 1 - a component is empty\n"
			    "l 3 0 - it leads out of the image\n"
			    "m 3 0 - it leads out of the image\n"
			    "n 3 0 - it does not lead to a file\n");
	files_close(files);
}

static void reads_no_name_that_is_there_twice(void **state)
{
	struct files_reader file;
	char expected[200];

	(void)state;
	TARBALL(&archive, .name = "d", .type = '5');
	TARBALL(&archive, .name = "d/", .type = '5');
	TARBALL(&archive, .name = "f", .content = "1");
	TARBALL(&archive, .name = "./f", .content = "2");
	TARBALL(&archive, .name = "f", .type = '2', .target = "d");
	TARBALL(&archive, .name = "l", .type = '2', .target = "f");
	tarball_end(&archive);
	write_archive("a.tar");
	assert_int_equal(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), 0);
	for (const char *text = listing(), *line; (line = strchr(text, '\n')); text = line + 1)
		if (text[0] == 'f')
			assert_memory_equal(line - 22, " its name occurs twice", 22);
	assert_string_equal(strstr(listing(), "\nl") + 1, "l 2 0 - it does not lead to a file\n");
	assert_int_equal(strncmp(listing(), "d 1 0 - -\nd 1 0 - -\nf ", 22), 0);
	snprintf(expected, sizeof expected, "cannot read 'f' in '%s/a.tar': its name occurs twice",
		 scratch_path);
	assert_refused(files_reader_open(&file, files, files_find(files, "f"), &err), err,
		       STATUS_ARCHIVE, expected);
	snprintf(expected, sizeof expected, "cannot read 'd' in '%s/a.tar': not a regular file",
		 scratch_path);
	assert_refused(files_reader_open(&file, files, files_find(files, "d"), &err), err,
		       STATUS_ARCHIVE, expected);
	files_close(files);
}

static void reads_within_a_member(void **state)
{
	struct files_reader file;
	char bytes[8] = "";

	(void)state;
	TARBALL(&archive, .name = "a", .content = "0123456789");
	TARBALL(&archive, .name = "b", .content = "xxxxxxxxxx");
	tarball_end(&archive);
	write_archive("a.tar");
	assert_int_equal(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), 0);
	assert_int_equal(files_reader_open(&file, files, files_find(files, "a"), &err), 0);
	assert_int_equal(file.size, 10);
	assert_int_equal(files_reader_read(&file, bytes, 4, 2), 4);
	assert_string_equal(bytes, "2345");
	assert_int_equal(files_reader_read(&file, bytes, 8, 8), 2);
	assert_memory_equal(bytes, "8945", 4);
	assert_int_equal(files_reader_read(&file, bytes, 8, 10), 0);
	assert_int_equal(files_reader_read(&file, bytes, 8, UINT64_MAX), 0);
	files_reader_close(&file);
	files_close(files);
}

static void bounds_a_reading(void **state)
{
	struct buffer buffer;
	char expected[200];

	(void)state;
	TARBALL(&archive, .name = "a", .content = "0123456789");
	tarball_end(&archive);
	write_archive("a.tar");
	assert_int_equal(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), 0);
	buffer_init(&buffer, 9);
	snprintf(expected, sizeof expected, "cannot read 'a' in '%s/a.tar': larger than 9 bytes",
		 scratch_path);
	assert_refused(files_read(files, files_find(files, "a"), &buffer, &err), err, STATUS_LIMIT,
		       expected);
	buffer_free(&buffer);
	files_close(files);
}

static void refuses_what_is_no_archive(void **state)
{
	static const struct { const char *bytes; size_t length; const char *reason; } cases[] = {
		{ "", 0, "it is truncated" },
		{ "hello", 5, "it is truncated" },
		{ "\x1f\x8b\x08", 3, "it is compressed" },
		{ "\x28\xb5\x2f\xfd", 4, "it is compressed" },
		{ "BZh9", 4, "it is compressed" },
	};
	char expected[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buffer_add(&archive, cases[i].bytes, cases[i].length);
		write_archive("a.tar");
		snprintf(expected, sizeof expected, "cannot read '%s/a.tar': %s", scratch_path,
			 cases[i].reason);
		assert_refused(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), err, STATUS_ARCHIVE,
			       expected);
		buffer_init(&archive, TARBALL_BYTES);
	}
	assert_int_equal(mkfifoat(scratch, "fifo", 0644), 0);
	snprintf(expected, sizeof expected, "cannot read '%s/fifo': not a regular file",
		 scratch_path);
	assert_refused(open_place(LOCATION_OCI_ARCHIVE, "fifo"), err, STATUS_FILE, expected);
	snprintf(expected, sizeof expected, "cannot read '%s/': not a regular file", scratch_path);
	assert_refused(open_place(LOCATION_DOCKER_ARCHIVE, ""), err, STATUS_FILE, expected);
}

static void bounds_the_number_of_files(void **state)
{
	char expected[200];
	size_t last;

	(void)state;
	for (unsigned i = 0; i < LIMIT_STORE_FILES; i++) {
		char name[16];

		snprintf(name, sizeof name, "%u", i);
		TARBALL(&archive, .name = name);
	}
	last = archive.length;
	tarball_end(&archive);
	write_archive("a.tar");
	assert_int_equal(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), 0);
	files_close(files);
	buffer_init(&archive, TARBALL_BYTES);
	TARBALL(&archive, .name = "more");
	tarball_end(&archive);
	{
		int fd = openat(scratch, "a.tar", O_WRONLY);

		assert_int_equal(pwrite(fd, archive.bytes, archive.length, (off_t)last),
				 archive.length);
		close(fd);
	}
	buffer_free(&archive);
	snprintf(expected, sizeof expected, "cannot read '%s/a.tar': it has too many files",
		 scratch_path);
	assert_refused(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), err, STATUS_LIMIT, expected);
}

static void bounds_the_names_of_files(void **state)
{
	char name[LIMIT_NAME_BYTES], expected[200];

	(void)state;
	for (size_t i = 0; i <= LIMIT_STORE_NAMES_BYTES / (LIMIT_NAME_BYTES - 1); i++) {
		memset(name, 'n', sizeof name - 1);
		name[snprintf(name, sizeof name, "%08zu", i)] = 'n';
		name[sizeof name - 1] = '\0';
		TARBALL(&archive, .name = "long", .type = 'L', .content = name,
			.length = sizeof name);
		TARBALL(&archive, .name = "f");
	}
	tarball_end(&archive);
	write_archive("a.tar");
	snprintf(expected, sizeof expected, "cannot read '%s/a.tar': it has too many files",
		 scratch_path);
	assert_refused(open_place(LOCATION_OCI_ARCHIVE, "a.tar"), err, STATUS_LIMIT, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(lists_a_directory),
		scratch_test(follows_no_link_outside),
		scratch_test(opens_nothing_that_was_replaced),
		scratch_test(refuses_what_is_no_layout),
		scratch_test(bounds_names_of_directories),
		archive_test(lists_an_archive),
		archive_test(tells_names_that_are_none),
		archive_test(reads_no_name_that_is_there_twice),
		archive_test(reads_within_a_member),
		archive_test(bounds_a_reading),
		archive_test(refuses_what_is_no_archive),
		archive_test(bounds_the_number_of_files),
		archive_test(bounds_the_names_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
