/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs.c: a tree as a directory, exact in mode, owner, time and content. */
#include "unit.h"


#include "base/limits.h"
#include "tree/rootfs.h"

#define EPOCH 1700258601

static const char *large(void)
{
	static char bytes[3 * LIMIT_MEMORY_CONTENT];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 31 + i / 251);
	return bytes;
}

/* A content in an unnamed file. */
static struct content spilled(void)
{
	struct content_writer writer;
	struct content content;

	content_begin(&writer, scratch);
	assert_int_equal(content_add(&writer, large(), 3 * LIMIT_MEMORY_CONTENT), 0);
	assert_int_equal(content_end(&writer, &content), 0);
	content_abandon(&writer);
	return content;
}

static void make(struct tree *tree)
{
	struct error err;

	tree_init(tree, EPOCH);
	assert_int_equal(tree_add_file(tree, "/bin/server", 04755, 7, 8, spilled(), &err), 0);
	assert_int_equal(tree_add_file(tree, "/conf", 0640, 0, 0, content_of("text", 4), &err), 0);
	assert_int_equal(tree_add_file(tree, "/secret", 0, 0, 0, content_of("", 0), &err), 0);
	assert_int_equal(tree_add_directory(tree, "/tmp", 01777, 0, 0, &err), 0);
	assert_int_equal(tree_add_directory(tree, "/locked", 0500, 1, 2, &err), 0);
	assert_int_equal(tree_add_file(tree, "/locked/f", 0444, 0, 0, content_of("x", 1), &err), 0);
	assert_int_equal(tree_add_link(tree, "/link", "bin/server", 3, 4, &err), 0);
	assert_int_equal(tree_add_link(tree, "/dangling", "/no/where", 0, 0, &err), 0);
}

static void assert_node(int root, const struct tree_node *node)
{
	static const mode_t types[] = { S_IFDIR, S_IFREG, S_IFLNK };
	const char *path = node->path[1] ? node->path + 1 : ".";
	struct stat st;

	assert_int_equal(fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, types[node->type] | node->mode);
	assert_int_equal(st.st_mtim.tv_sec, EPOCH);
	assert_int_equal(st.st_mtim.tv_nsec, 0);
	if (geteuid() == 0) {
		assert_int_equal(st.st_uid, node->uid);
		assert_int_equal(st.st_gid, node->gid);
	}
	if (node->type == TREE_FILE) {
		assert_int_equal(st.st_size, node->content.size);
		assert_int_equal(st.st_nlink, 1);
	}
}

static void write_under(mode_t mask)
{
	char target[20] = "", *bytes = test_calloc(3 * LIMIT_MEMORY_CONTENT, 1);
	mode_t old = umask(mask);
	struct tree tree;
	struct error err;
	int root, fd;

	make(&tree);
	if (rootfs_write(&tree, scratch, "r", &err) < 0)
		fail_msg("%s", err.message);
	umask(old);
	root = openat(scratch, "r", O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < tree.count; i++)
		assert_node(root, &tree.nodes[i]);
	assert_text_at(root, "conf", "text");
	fd = openat(root, "bin/server", O_RDONLY);
	assert_int_equal(read(fd, bytes, 3 * LIMIT_MEMORY_CONTENT), 3 * LIMIT_MEMORY_CONTENT);
	assert_memory_equal(bytes, large(), 3 * LIMIT_MEMORY_CONTENT);
	close(fd);
	assert_int_equal(readlinkat(root, "dangling", target, sizeof target), 9);
	assert_string_equal(target, "/no/where");
	close(root);
	tree_free(&tree);
	test_free(bytes);
}

static void exact_under_any_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 077 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		write_under(masks[i]);
		if (i < 2) {
			assert_int_equal(scratch_tear_down(state), 0);
			assert_int_equal(scratch_set_up(state), 0);
		}
	}
}

/* The whole owner, mode and time also where the file system cannot link unnamed files. */
static void written_twice_from_one_tree(void **state)
{
	struct tree tree;
	struct error err;
	int root;

	(void)state;
	make(&tree);
	assert_int_equal(rootfs_write(&tree, scratch, "one", &err), 0);
	assert_int_equal(rootfs_write(&tree, scratch, "other", &err), 0);
	root = openat(scratch, "other", O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < tree.count; i++)
		assert_node(root, &tree.nodes[i]);
	close(root);
	tree_free(&tree);
}

static void refuses_what_is_there(void **state)
{
	struct tree tree;
	struct error err;

	(void)state;
	make(&tree);
	assert_int_equal(mkdirat(scratch, "r", 0755), 0);
	assert_refused(rootfs_write(&tree, scratch, "r", &err), err, STATUS_FILE,
		       "cannot make directory 'r': File exists");
	assert_int_equal(symlinkat("/tmp", scratch, "l"), 0);
	assert_refused(rootfs_write(&tree, scratch, "l", &err), err, STATUS_FILE,
		       "cannot make directory 'l': File exists");
	tree_free(&tree);
}

static void says_what_cannot_be_written(void **state)
{
	struct content gone = { .size = 10, .fd = -1 };
	struct tree tree;
	struct error err;

	(void)state;
	tree_init(&tree, EPOCH);
	assert_int_equal(tree_add_file(&tree, "/d/f", 0644, 0, 0, gone, &err), 0);
	assert_refused(rootfs_write(&tree, scratch, "r", &err), err, STATUS_FILE,
		       "cannot write 'r/d/f': Bad file descriptor");
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(exact_under_any_umask),
		scratch_test(written_twice_from_one_tree),
		scratch_test(refuses_what_is_there),
		scratch_test(says_what_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
