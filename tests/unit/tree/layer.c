/* SPDX-License-Identifier: Apache-2.0 */
/* layer.c: the archive's bytes, read again by libarchive. */
#include "unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "base/limits.h"
#include "base/memory.h"
#include "tree/layer.h"

#define LONG_PART "0123456789012345678901234567890123456789"
#define LONG_NAME LONG_PART LONG_PART LONG_PART	/* more than the 100 bytes of ustar's name */

static char *bytes;
static size_t length;

/* Writes the tree and leaves what was written in bytes. */
static void write_tree(const struct tree *tree)
{
	struct error err;
	struct stat st;
	int fd;

	unlinkat(scratch, "t.tar", 0);
	if (layer_write(tree, scratch, "t.tar", "the tar", &err) < 0)
		fail_msg("%s", err.message);
	fd = openat(scratch, "t.tar", O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	length = (size_t)st.st_size;
	bytes = memory_resize(bytes, length + 1, 1);
	assert_int_equal(pread(fd, bytes, length, 0), length);
	close(fd);
}

static void add_file(struct tree *tree, const char *path, uint32_t mode, uint32_t id,
		     const char *text,
		     size_t size)
{
	struct error err;

	if (tree_add_file(tree, path, mode, id, id, content_of(text, size), &err) < 0)
		fail_msg("%s", err.message);
}

static void make(struct tree *tree, int64_t epoch)
{
	static char large[200000];
	struct error err;

	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (char)(i * 7 + i / 255);
	tree_init(tree, epoch);
	add_file(tree, "/bin/server", 04755, 0, large, sizeof large);
	add_file(tree, "/empty", 0, 65532, "", 0);
	add_file(tree, "/block", 0644, 2097151, large, 512);
	add_file(tree, "/" LONG_NAME, 0644, 0, "x", 1);
	add_file(tree, "/d/" LONG_NAME "/" LONG_NAME, 0644, 0, "y", 1);
	add_file(tree, "/with blank\xc3\xa4", 0644, 4294967294U, "z", 1);
	assert_int_equal(tree_add_directory(tree, "/tmp", 01777, 0, 0, &err), 0);
	assert_int_equal(tree_add_link(tree, "/link", "bin/server", 1, 2, &err), 0);
	assert_int_equal(tree_add_link(tree, "/long", LONG_NAME, 0, 0, &err), 0);
}

/* The type of an entry and what an archive says of its owner and time. */
static void assert_entry(struct archive_entry *entry, const struct tree_node *node, int64_t epoch)
{
	static const unsigned types[] = { AE_IFDIR, AE_IFREG, AE_IFLNK };
	char path[300];

	snprintf(path, sizeof path, "%s%s", node->path + 1, node->type == TREE_DIRECTORY ? "/"
		 : "");
	assert_string_equal(archive_entry_pathname(entry), path);
	assert_int_equal(archive_entry_filetype(entry), types[node->type]);
	assert_int_equal(archive_entry_perm(entry), node->mode);
	assert_int_equal(archive_entry_uid(entry), node->uid);
	assert_int_equal(archive_entry_gid(entry), node->gid);
	assert_int_equal(archive_entry_mtime(entry), epoch);
	assert_int_equal(archive_entry_mtime_nsec(entry), 0);
	assert_string_equal(archive_entry_uname(entry) ? archive_entry_uname(entry) : "", "");
	assert_string_equal(archive_entry_gname(entry) ? archive_entry_gname(entry) : "", "");
	if (node->type == TREE_LINK)
		assert_string_equal(archive_entry_symlink(entry), node->target);
	if (node->type == TREE_FILE)
		assert_int_equal(archive_entry_size(entry), node->content.size);
}

/* Reads bytes back: every node but the root, in order, with its content. */
static void assert_archive_of(const struct tree *tree)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	archive_read_support_format_tar(archive);
	assert_int_equal(archive_read_open_memory(archive, bytes, length), ARCHIVE_OK);
	for (size_t i = 1; i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];
		char *read;

		/* A name that is not ASCII is a warning in this locale; the bytes are right. */
		assert_true(archive_read_next_header(archive, &entry) >= ARCHIVE_WARN);
		assert_entry(entry, node, tree->epoch);
		if (node->type != TREE_FILE)
			continue;
		read = test_calloc((size_t)node->content.size + 1, 1);
		assert_int_equal(archive_read_data(archive, read, (size_t)node->content.size + 1),
				 node->content.size);
		assert_memory_equal(read, node->content.bytes, (size_t)node->content.size);
		test_free(read);
	}
	assert_int_equal(archive_read_next_header(archive, &entry), ARCHIVE_EOF);
	archive_read_free(archive);
}

static void read_again(void **state)
{
	static const int64_t epochs[] = { 0, 1700258601, 8589934591, 8589934592, LIMIT_EPOCH };

	(void)state;
	for (size_t i = 0; i < sizeof epochs / sizeof epochs[0]; i++) {
		struct tree tree;

		make(&tree, epochs[i]);
		write_tree(&tree);
		assert_archive_of(&tree);
		tree_free(&tree);
	}
}

/* Blocks of 512 bytes, two zero ones at the end and nothing behind: OCI readers are strict. */
static void ends_in_two_blocks(void **state)
{
	char zeros[1024] = "";
	struct tree tree;

	(void)state;
	tree_init(&tree, 0);
	write_tree(&tree);
	assert_int_equal(length, 1024);
	assert_memory_equal(bytes, zeros, 1024);
	add_file(&tree, "/f", 0644, 0, "x", 1);
	write_tree(&tree);
	assert_int_equal(length, 512 + 512 + 1024);
	assert_memory_equal(bytes + 1024, zeros, 1024);
	assert_int_equal(bytes[512], 'x');
	tree_free(&tree);
}

/* A header, byte for byte (IEEE 1003.1-2017, pax, "ustar Interchange Format"). */
static void header_bytes(void **state)
{
	struct tree tree;

	(void)state;
	tree_init(&tree, 1700258601);
	add_file(&tree, "/f", 0755, 65532, "abc", 3);
	write_tree(&tree);
	assert_string_equal(bytes, "f");
	assert_memory_equal(bytes + 100, "000755 \0" "177774 \0" "177774 \0" "00000000003 "
			    "14525761451 ", 48);
	assert_int_equal(bytes[156], '0');
	assert_memory_equal(bytes + 257, "ustar\0" "00", 8);
	tree_free(&tree);
}

static void same_bytes_again(void **state)
{
	struct digest first = { { 0 } }, again;
	struct tree tree;

	(void)state;
	for (int i = 0; i < 3; i++) {
		make(&tree, 1700258601);
		umask(i == 1 ? 077 : 022);
		setenv("TZ", i == 2 ? "Asia/Kathmandu" : "UTC", 1);
		write_tree(&tree);
		again = digest_of(bytes, length);
		if (i == 0)
			first = again;
		assert_memory_equal(first.bytes, again.bytes, DIGEST_BYTES);
		tree_free(&tree);
	}
}

static int is_full(void *context, const void *block, size_t size)
{
	(void)context;
	(void)block;
	(void)size;
	errno = ENOSPC;
	return -1;
}

static void failure_is_told(void **state)
{
	struct tree tree;
	struct error err;

	(void)state;
	make(&tree, 0);
	assert_refused(layer_stream(&tree, is_full, NULL, "t.tar", &err), err, STATUS_FILE,
		       "cannot write 't.tar': No space left on device");
	scratch_write("t.tar", "");
	assert_refused(layer_write(&tree, scratch, "t.tar", "the tar", &err), err, STATUS_FILE,
		       "cannot write 'the tar': File exists");
	tree_free(&tree);
}

static int remember(void *context, const void *block, size_t size)
{
	struct buffer *copy = context;

	return buffer_add(copy, block, size);
}

static void streamed_or_written(void **state)
{
	struct buffer copy;
	struct tree tree;
	struct error err;

	(void)state;
	make(&tree, 1700258601);
	write_tree(&tree);
	buffer_init(&copy, length);
	assert_int_equal(layer_stream(&tree, remember, &copy, "t", &err), 0);
	assert_int_equal(copy.length, length);
	assert_memory_equal(copy.bytes, bytes, length);
	buffer_free(&copy);
	tree_free(&tree);
}

static int clean(void **state)
{
	free(bytes);
	bytes = NULL;
	return scratch_tear_down(state);
}

#define layer_test(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, clean)

static int count_bytes(void *context, const void *part, size_t size)
{
	uint64_t *total = context;

	(void)part;
	*total += size;
	return 0;
}

static int compare_bytes(void *context, const void *part, size_t size)
{
	size_t *at = context;

	assert_true(size <= length - *at);
	assert_memory_equal(bytes + *at, part, size);
	*at += size;
	return 0;
}

static void an_archive_that_was_written(void **state)
{
	struct tree tree;
	struct error err;
	uint64_t total = 0;
	size_t at = 0;
	int fd;

	(void)state;
	make(&tree, 1);
	write_tree(&tree);
	tree_free(&tree);
	fd = openat(scratch, "t.tar", O_RDWR);
	assert_int_equal(layer_copy(fd, compare_bytes, &at, "t.tar", &err), 0);
	assert_int_equal(at, length);
	assert_int_equal(ftruncate(fd, (off_t)(LIMIT_UNPACKED_BYTES + 1)), 0);
	assert_refused(layer_copy(fd, count_bytes, &total, "t.tar", &err), err, STATUS_LIMIT,
		       "cannot read 't.tar': larger than 4294967296 bytes");
	assert_true(total <= LIMIT_UNPACKED_BYTES);
	close(fd);
	assert_refused(layer_copy(scratch, count_bytes, &total, "t.tar", &err), err, STATUS_FILE,
		       "cannot read 't.tar': Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(read_again),
		layer_test(ends_in_two_blocks),
		layer_test(header_bytes),
		layer_test(same_bytes_again),
		layer_test(failure_is_told),
		layer_test(streamed_or_written),
		layer_test(an_archive_that_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
