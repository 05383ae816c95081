/* SPDX-License-Identifier: Apache-2.0 */
/* observe*.c and overlay.c: trees of directories, archives and layers, as they are there. */
#include "unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <zlib.h>

#include "audit/observe_directory.h"
#include "audit/observe_tar.h"
#include "audit/overlay.h"
#include "base/file.h"
#include "base/memory.h"
#include "tarball.h"

#define TEXT_BYTES 65536

/* ---- trees as text ---- */

static const char *type_of(const struct tree_node *node)
{
	static const char *const names[] = {
		[TREE_DIRECTORY] = "dir", [TREE_FILE] = "file", [TREE_LINK] = "link",
	};
	static char special[64];

	if (node->type != TREE_SPECIAL)
		return names[node->type];
	snprintf(special, sizeof special, "%s:%u:%u",
		 S_ISFIFO(node->observed.kind) ? "fifo" : S_ISSOCK(node->observed.kind) ? "socket"
		 : S_ISCHR(node->observed.kind) ? "char" : "block", node->observed.major,
		 node->observed.minor);
	return special;
}

/* A line for each node: what is 0 or NULL is left out. */
static void write_node(struct buffer *text, const struct tree_node *node)
{
	const struct tree_observed *observed = &node->observed;

	buffer_format(text, "%s %s", node->path, type_of(node));
	if (observed->unstated) {
		buffer_add_string(text, " unstated\n");
		return;
	}
	buffer_format(text, " %04o %u:%u", node->mode, node->uid, node->gid);
	if (node->time || observed->nanoseconds)
		buffer_format(text, " t%lld.%u", (long long)node->time, observed->nanoseconds);
	if (node->type == TREE_FILE)
		buffer_format(text, " %llu", (unsigned long long)node->content.size);
	if (node->target)
		buffer_format(text, " > %s", node->target);
	if (observed->group)
		buffer_format(text, " group%u", observed->group);
	if (observed->repeated)
		buffer_add_string(text, " repeated");
	if (observed->attributes)
		buffer_format(text, " {%s}", observed->attributes);
	if (observed->compared)
		buffer_format(text, " common %llu", (unsigned long long)observed->common);
	buffer_add_string(text, "\n");
}

static void assert_tree(const struct tree *tree, const char *expected)
{
	struct buffer text;

	buffer_init(&text, TEXT_BYTES);
	for (size_t i = 0; i < tree->count; i++)
		write_node(&text, &tree->nodes[i]);
	assert_string_equal(text.bytes, expected);
	buffer_free(&text);
}

static void assert_content(const struct tree *tree, const char *path, const char *content)
{
	const struct digest digest = digest_of(content, strlen(content));
	const struct tree_node *node = tree_find(tree, path);

	assert_non_null(node);
	assert_memory_equal(&node->content.digest, &digest, sizeof digest);
	assert_int_equal(node->content.size, strlen(content));
}

/* ---- directories ---- */

static void set_time(const char *path, long long seconds, long nanoseconds)
{
	const struct timespec time = { .tv_sec = seconds, .tv_nsec = nanoseconds };
	const struct timespec times[2] = { time, time };

	assert_int_equal(utimensat(scratch, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void make_directory(const char *path, mode_t mode)
{
	assert_int_equal(mkdirat(scratch, path, 0700), 0);
	assert_int_equal(fchmodat(scratch, path, mode, 0), 0);
}

static void make_file(const char *path, const char *content, mode_t mode)
{
	scratch_write(path, content);
	assert_int_equal(fchmodat(scratch, path, mode, 0), 0);
}

/* The owner of what the test makes stands in place of the user's. */
static void forget_owner(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		if (tree->nodes[i].uid == geteuid())
			tree->nodes[i].uid = 0;
		if (tree->nodes[i].gid == getegid())
			tree->nodes[i].gid = 0;
	}
}

static void a_directory(void **state)
{
	struct error err;
	struct tree tree;

	(void)state;
	make_directory("b", 01777);
	make_directory("b/deep", 0700);
	make_file("b/deep/file", "hello", 04755);
	make_file("a", "", 0644);
	assert_int_equal(symlinkat("/etc/passwd", scratch, "link"), 0);
	assert_int_equal(symlinkat(".", scratch, "loop"), 0);
	set_time("a", -5, 250);
	set_time("link", 7, 0);
	set_time("loop", 8, 0);
	set_time("b/deep/file", 4, 999999999);
	set_time("b/deep", 3, 0);
	set_time("b", 2, 0);
	set_time(".", 1, 0);
	assert_int_equal(fchmod(scratch, 0750), 0);
	assert_int_equal(observe_directory(&tree, scratch_path, NULL, &err), 0);
	forget_owner(&tree);
	assert_tree(&tree, "/ dir 0750 0:0 t1.0\n"
			   "/a file 0644 0:0 t-5.250 0\n"
			   "/b dir 1777 0:0 t2.0\n"
			   "/b/deep dir 0700 0:0 t3.0\n"
			   "/b/deep/file file 4755 0:0 t4.999999999 5\n"
			   "/link link 0777 0:0 t7.0 > /etc/passwd\n"
			   "/loop link 0777 0:0 t8.0 > .\n");
	assert_content(&tree, "/b/deep/file", "hello");
	tree_free(&tree);
}

static void make_socket(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", scratch_path, name);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	assert_int_equal(fchmodat(scratch, name, 0600, 0), 0);
}

/* None of them is opened: a FIFO would hang the reader. */
static void special_files(void **state)
{
	struct error err;
	struct tree tree;
	bool device;

	(void)state;
	assert_int_equal(mkfifoat(scratch, "fifo", 0600), 0);
	make_socket("socket");
	device = mknodat(scratch, "null", S_IFCHR | 0600, makedev(1, 3)) == 0;
	if (!device)
		assert_int_equal(mkfifoat(scratch, "null", 0600), 0);
	set_time("fifo", 1, 0);
	set_time("socket", 1, 0);
	set_time("null", 1, 0);
	set_time(".", 1, 0);
	assert_int_equal(observe_directory(&tree, scratch_path, NULL, &err), 0);
	forget_owner(&tree);
	assert_tree(&tree, device ? "/ dir 0700 0:0 t1.0\n"
				    "/fifo fifo:0:0 0600 0:0 t1.0\n"
				    "/null char:1:3 0600 0:0 t1.0\n"
				    "/socket socket:0:0 0600 0:0 t1.0\n"
				  : "/ dir 0700 0:0 t1.0\n"
				    "/fifo fifo:0:0 0600 0:0 t1.0\n"
				    "/null fifo:0:0 0600 0:0 t1.0\n"
				    "/socket socket:0:0 0600 0:0 t1.0\n");
	tree_free(&tree);
}

static uint32_t group_of(const struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	assert_non_null(node);
	return node->observed.group;
}

static void hard_links_in_a_directory(void **state)
{
	struct error err;
	struct tree tree;

	(void)state;
	make_directory("d", 0755);
	make_file("one", "1", 0644);
	make_file("two", "2", 0644);
	make_file("alone", "3", 0644);
	assert_int_equal(linkat(scratch, "one", scratch, "d/one", 0), 0);
	assert_int_equal(linkat(scratch, "one", scratch, "again", 0), 0);
	assert_int_equal(linkat(scratch, "two", scratch, "d/two", 0), 0);
	assert_int_equal(observe_directory(&tree, scratch_path, NULL, &err), 0);
	assert_int_not_equal(group_of(&tree, "/one"), 0);
	assert_int_equal(group_of(&tree, "/one"), group_of(&tree, "/d/one"));
	assert_int_equal(group_of(&tree, "/one"), group_of(&tree, "/again"));
	assert_int_not_equal(group_of(&tree, "/two"), group_of(&tree, "/one"));
	assert_int_equal(group_of(&tree, "/two"), group_of(&tree, "/d/two"));
	assert_int_equal(group_of(&tree, "/alone"), 0);
	assert_content(&tree, "/again", "1");
	tree_free(&tree);
}

/* The other name of a file is not in the directory: it is no link there. */
static void a_hard_link_to_the_outside(void **state)
{
	char path[100];
	struct error err;
	struct tree tree;

	(void)state;
	make_directory("in", 0755);
	make_file("out", "1", 0644);
	assert_int_equal(linkat(scratch, "out", scratch, "in/out", 0), 0);
	snprintf(path, sizeof path, "%s/in", scratch_path);
	assert_int_equal(observe_directory(&tree, path, NULL, &err), 0);
	assert_int_equal(group_of(&tree, "/out"), 0);
	tree_free(&tree);
}

static void extended_attributes(void **state)
{
	char path[100], large[65];
	const struct tree_node *node;
	struct error err;
	struct tree tree;

	(void)state;
	make_file("file", "1", 0644);
	snprintf(path, sizeof path, "%s/file", scratch_path);
	if (setxattr(path, "user.b", "\xff\0x", 3, 0) < 0) {
		assert_int_equal(errno, ENOTSUP);
		skip();
	}
	memset(large, 'x', sizeof large);
	assert_int_equal(setxattr(path, "user.a", "", 0, 0), 0);
	assert_int_equal(setxattr(path, "user.c", large, sizeof large, 0), 0);
	assert_int_equal(observe_directory(&tree, scratch_path, NULL, &err), 0);
	node = tree_find(&tree, "/file");
	assert_string_equal(node->observed.attributes, "user.a= user.b=ff0078 user.c=sha256:"
			    "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
	assert_null(tree_find(&tree, "/")->observed.attributes);
	tree_free(&tree);
}

static void directories_that_cannot_be_read(void **state)
{
	char path[100], message[200];
	struct error err;
	struct tree tree;

	(void)state;
	make_file("file", "1", 0644);
	snprintf(path, sizeof path, "%s/file", scratch_path);
	snprintf(message, sizeof message, "cannot read '%s': Not a directory", path);
	assert_refused(observe_directory(&tree, path, NULL, &err), err, STATUS_FILE, message);
	tree_free(&tree);
	snprintf(path, sizeof path, "%s/none", scratch_path);
	snprintf(message, sizeof message, "cannot read '%s': No such file or directory", path);
	assert_refused(observe_directory(&tree, path, NULL, &err), err, STATUS_FILE, message);
	tree_free(&tree);
	if (geteuid() == 0)
		return;
	make_directory("closed", 0000);
	snprintf(message, sizeof message, "cannot read '/closed' in '%s': Permission denied",
		 scratch_path);
	assert_refused(observe_directory(&tree, scratch_path, NULL, &err), err, STATUS_FILE,
		       message);
	tree_free(&tree);
}

/* Deeper than the number of descriptors that a process may have open. */
static void a_deep_directory(void **state)
{
	struct error err;
	struct tree tree;
	int fd = dup(scratch);

	(void)state;
	for (int i = 0; i < 1500; i++) {
		int below;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		assert_true(below >= 0);
		close(fd);
		fd = below;
	}
	close(fd);
	assert_int_equal(observe_directory(&tree, scratch_path, NULL, &err), 0);
	assert_int_equal(tree.count, 1501);
	tree_free(&tree);
}

/* ---- archives ---- */

static struct buffer archive;

static int archive_set_up(void **state)
{
	buffer_init(&archive, TARBALL_BYTES);
	return scratch_set_up(state);
}

static int archive_tear_down(void **state)
{
	buffer_free(&archive);
	return scratch_tear_down(state);
}

#define archive_test(test) cmocka_unit_test_setup_teardown(test, archive_set_up, archive_tear_down)

static const char *archive_path(void)
{
	static char path[100];

	snprintf(path, sizeof path, "%s/tar", scratch_path);
	return path;
}

static const struct location *archive_place(void)
{
	static struct location place = { .kind = LOCATION_TAR };

	place.path = (char *)(uintptr_t)archive_path();
	return &place;
}

/* Ends the archive, writes it to a file and observes that. */
static int observe_archive(struct tree *tree, const struct observe_reference *reference,
			   struct error *err)
{
	int fd;

	tarball_end(&archive);
	fd = openat(scratch, "tar", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(file_write_all(fd, archive.bytes, archive.length), 0);
	close(fd);
	buffer_free(&archive);
	return observe_tar(tree, archive_place(), reference, err);
}

static void assert_archive(const char *expected)
{
	struct error err;
	struct tree tree;

	if (observe_archive(&tree, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_tree(&tree, expected);
	tree_free(&tree);
}

static void assert_archive_refused(const char *reason)
{
	char message[200];
	struct error err;
	struct tree tree;

	snprintf(message, sizeof message, "cannot read '%s': %s", archive_path(), reason);
	assert_refused(observe_archive(&tree, NULL, &err), err, STATUS_ARCHIVE, message);
	tree_free(&tree);
}

/* Sets a field of the last header, whose content must be empty. */
static void patch(size_t offset, const char *digits)
{
	char *header = archive.bytes + archive.length - 512;

	memcpy(header + offset, digits, strlen(digits));
	tarball_fix(header);
}

static void an_archive(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "./", .type = '5', .mode = 0755);
	patch(136, "00000000012");
	TARBALL(&archive, .name = "./b/", .type = '5', .mode = 01777);
	tarball_pax(&archive, 'x', "mtime", "1234567890.000000001");
	TARBALL(&archive, .name = "b/file", .content = "hello", .mode = 04755);
	tarball_pax(&archive, 'x', "uid", "65532");
	TARBALL(&archive, .name = "a", .type = '2', .target = "b/../b", .mode = 0777);
	patch(116, "0000007");
	TARBALL(&archive, .name = "null", .type = '3');
	patch(329, "0000001");
	patch(337, "0000003");
	TARBALL(&archive, .name = "sda", .type = '4');
	TARBALL(&archive, .name = "fifo", .type = '6');
	assert_archive("/ dir 0755 0:0 t10.0\n"
		       "/a link 0777 65532:7 > b/../b\n"
		       "/b dir 1777 0:0\n"
		       "/b/file file 4755 0:0 t1234567890.1 5\n"
		       "/fifo fifo:0:0 0644 0:0\n"
		       "/null char:1:3 0644 0:0\n"
		       "/sda block:0:0 0644 0:0\n");
}

static void names_in_an_archive(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "/absolute");
	TARBALL(&archive, .name = ".//a/./b//c");
	TARBALL(&archive, .name = "a-b");
	TARBALL(&archive, .name = "..a/b..");
	TARBALL(&archive, .name = "\xff\n");
	assert_archive("/ dir unstated\n"
		       "/..a dir unstated\n"
		       "/..a/b.. file 0644 0:0 0\n"
		       "/a dir unstated\n"
		       "/a-b file 0644 0:0 0\n"
		       "/a/b dir unstated\n"
		       "/a/b/c file 0644 0:0 0\n"
		       "/absolute file 0644 0:0 0\n"
		       "/\xff\n file 0644 0:0 0\n");
}

static void names_that_lead_out(void **state)
{
	static const char *const names[] = { "..", "../x", "a/../x", "/..", "a/..", "./../x" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		TARBALL(&archive, .name = names[i]);
		assert_archive_refused("a name leads out of it");
	}
	TARBALL(&archive, .name = "x", .type = '1', .target = "../x");
	assert_archive_refused("a hard link leads out of it");
}

/* The last one counts, as it does for who unpacks. */
static void a_name_twice(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "a", .content = "first");
	TARBALL(&archive, .name = "b", .content = "1");
	TARBALL(&archive, .name = "./a", .content = "2nd");
	assert_archive("/ dir unstated\n"
		       "/a file 0644 0:0 3 repeated\n"
		       "/b file 0644 0:0 1\n");
}

static void hard_links_in_an_archive(void **state)
{
	struct error err;
	struct tree tree;

	(void)state;
	TARBALL(&archive, .name = "file", .content = "hello", .mode = 0600);
	TARBALL(&archive, .name = "b", .type = '1', .target = "./file", .mode = 0600);
	TARBALL(&archive, .name = "a", .type = '1', .target = "b");
	TARBALL(&archive, .name = "link", .type = '2', .target = "x");
	TARBALL(&archive, .name = "twin", .type = '1', .target = "link");
	assert_int_equal(observe_archive(&tree, NULL, &err), 0);
	assert_tree(&tree, "/ dir unstated\n"
			   "/a file 0644 0:0 5 group1\n"
			   "/b file 0600 0:0 5 group1\n"
			   "/file file 0600 0:0 5 group1\n"
			   "/link link 0777 0:0 > x group2\n"
			   "/twin link 0777 0:0 > x group2\n");
	assert_content(&tree, "/a", "hello");
	tree_free(&tree);
}

static void hard_links_to_nothing(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "a", .type = '1', .target = "none");
	assert_archive_refused("'/a': it is a hard link to no file");
	TARBALL(&archive, .name = "a", .type = '1', .target = "a");
	assert_archive_refused("'/a': it is a hard link to no file");
	TARBALL(&archive, .name = "a", .type = '1', .target = "b");
	TARBALL(&archive, .name = "b", .type = '1', .target = "a");
	assert_archive_refused("'/a': it is a hard link to no file");
	TARBALL(&archive, .name = "d/", .type = '5');
	TARBALL(&archive, .name = "a", .type = '1', .target = "d");
	assert_archive_refused("'/a': it is a hard link to no file");
}

/* It leads to what was there when it was made, which is not in the tree. */
static void hard_links_to_later_files(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "b", .type = '1', .target = "a");
	TARBALL(&archive, .name = "a");
	assert_archive_refused("'/b': it is a hard link to a later file");
	TARBALL(&archive, .name = "a", .content = "1");
	TARBALL(&archive, .name = "b", .type = '1', .target = "/a");
	TARBALL(&archive, .name = "a", .content = "2");
	assert_archive_refused("'/b': it is a hard link to a later file");
}

static void what_is_below_no_directory(void **state)
{
	static const char below[] = "it is below something that is not a directory";
	static const char types[] = { '0', '2', '6' };
	char message[100];

	(void)state;
	for (size_t i = 0; i < sizeof types; i++) {
		TARBALL(&archive, .name = "a", .type = types[i], .target = "b");
		TARBALL(&archive, .name = "a/x/y");
		snprintf(message, sizeof message, "'/a/x': %s", below);
		assert_archive_refused(message);
		TARBALL(&archive, .name = "a/x");
		TARBALL(&archive, .name = "a", .type = types[i], .target = "b");
		snprintf(message, sizeof message, "'/a/x': %s", below);
		assert_archive_refused(message);
		TARBALL(&archive, .name = "a", .type = types[i], .target = "b");
		TARBALL(&archive, .name = "a/x");
		TARBALL(&archive, .name = "a/", .type = '5');
		assert_archive_refused("'/a': it is a directory and something else");
	}
	TARBALL(&archive, .name = "");
	assert_archive_refused("'/': it is not a directory");
	TARBALL(&archive, .name = "/", .type = '2', .target = "x");
	assert_archive_refused("'/': it is not a directory");
}

/* The case in which an archive of some KB took GBs: 60 members below 2000 directories each. */
static void unstated_directories_are_bounded(void **state)
{
	char message[200], name[4096];
	struct error err;
	struct tree tree;

	(void)state;
	for (int i = 0; i < 60; i++) {
		int length = snprintf(name, sizeof name, "%04d/", i);

		for (int k = 0; k < 2000; k++)
			length += snprintf(name + length, sizeof name - (size_t)length, "a/");
		name[length] = 'f';
		TARBALL(&archive, .name = "long", .type = 'L', .content = name, .length = (size_t)length + 2);
		TARBALL(&archive, .name = "f");
	}
	snprintf(message, sizeof message, "cannot read '%s': its paths, links and attributes are "
		 "too long together", archive_path());
	assert_refused(observe_archive(&tree, NULL, &err), err, STATUS_LIMIT, message);
	/* Nothing was added for them: the root and the members. */
	assert_int_equal(tree.count, 61);
	tree_free(&tree);
}

static void attributes_in_an_archive(void **state)
{
	(void)state;
	tarball_pax(&archive, 'x', "SCHILY.xattr.security.capability", "\1\2");
	TARBALL(&archive, .name = "a");
	tarball_pax(&archive, 'x', "SCHILY.acl.access", "user::rw-");
	TARBALL(&archive, .name = "b");
	assert_archive("/ dir unstated\n"
		       "/a file 0644 0:0 0 {security.capability=0102}\n"
		       "/b file 0644 0:0 0 {SCHILY.acl.access=757365723a3a72772d}\n");
}

static void archives_that_are_refused(void **state)
{
	(void)state;
	tarball_pax(&archive, 'x', "uid", "4294967296");
	TARBALL(&archive, .name = "a");
	assert_archive_refused("a number in it is too large");
	tarball_pax(&archive, 'x', "uid", "4294967295");
	TARBALL(&archive, .name = "a");
	assert_archive_refused("a number in it is too large");
	TARBALL(&archive, .name = "a", .type = '3');
	patch(329, "0010000");
	assert_archive_refused("a number in it is too large");
	TARBALL(&archive, .name = "a", .type = '3');
	patch(337, "4000000");
	assert_archive_refused("a number in it is too large");
	TARBALL(&archive, .name = "a", .type = '2');
	assert_archive_refused("a symbolic link has no target");
	TARBALL(&archive, .name = "a", .content = "x", .size = "00000010000");
	assert_archive_refused("it is truncated");
}

/* Gzipped or not is told by the first bytes. */
static void a_gzipped_archive(void **state)
{
	char message[200];
	struct error err;
	struct tree tree;
	gzFile file;

	(void)state;
	TARBALL(&archive, .name = "a", .content = "hello");
	tarball_end(&archive);
	file = gzopen(archive_path(), "wb");
	assert_int_equal(gzwrite(file, archive.bytes, (unsigned)archive.length), archive.length);
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(observe_tar(&tree, archive_place(), NULL, &err), 0);
	assert_tree(&tree, "/ dir unstated\n/a file 0644 0:0 5\n");
	tree_free(&tree);
	scratch_write("tar", "\x1f\x8bgarbage");
	snprintf(message, sizeof message, "cannot read '%s': not in gzip format",
		 archive_path());
	assert_refused(observe_tar(&tree, archive_place(), NULL, &err), err, STATUS_ARCHIVE,
		       message);
	tree_free(&tree);
}

static void an_archive_that_is_no_file(void **state)
{
	char message[200];
	struct error err;
	struct tree tree;

	(void)state;
	assert_int_equal(mkfifoat(scratch, "tar", 0600), 0);
	snprintf(message, sizeof message, "cannot read '%s': not a regular file", archive_path());
	assert_refused(observe_tar(&tree, archive_place(), NULL, &err), err, STATUS_FILE, message);
	tree_free(&tree);
}

/* ---- second readings ---- */

#define LARGE 200000

/* An archive of two files, the second large and different from a certain byte on. */
static void add_files(size_t different)
{
	char *large = test_malloc(LARGE);

	memset(large, 'x', LARGE);
	if (different < LARGE)
		large[different] = 'y';
	TARBALL(&archive, .name = "same", .content = "same");
	TARBALL(&archive, .name = "large", .content = large, .length = LARGE);
	test_free(large);
}

static void add_expected(struct tree *tree, const char *path, const char *bytes, size_t length)
{
	struct error err;

	assert_int_equal(tree_add_file(tree, path, 0644, 0, 0, content_of(bytes, length), &err), 0);
}

static void common_bytes(void **state)
{
	static const size_t offsets[] = { 0, 1, 65535, 65536, 131071, LARGE - 1, LARGE };
	struct observe_reference reference = { .spool = NULL };
	struct tree expected, tree;
	struct error err;
	char *large = test_malloc(LARGE);

	(void)state;
	memset(large, 'x', LARGE);
	tree_init(&expected, 0);
	add_expected(&expected, "/large", large, LARGE);
	add_expected(&expected, "/same", "same", 4);
	reference.tree = &expected;
	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		add_files(offsets[i]);
		assert_int_equal(observe_archive(&tree, &reference, &err), 0);
		assert_int_equal(tree_find(&tree, "/large")->observed.common, offsets[i]);
		assert_int_equal(tree_find(&tree, "/same")->observed.common, 4);
		tree_free(&tree);
	}
	test_free(large);
	tree_free(&expected);
}

/* A file that ends early has all of its bytes in common, and so has one that goes on. */
static void common_bytes_of_other_sizes(void **state)
{
	struct observe_reference reference = { .spool = NULL };
	struct tree expected, tree;
	struct error err;

	(void)state;
	tree_init(&expected, 0);
	add_expected(&expected, "/a", "hello", 5);
	add_expected(&expected, "/b", "hello", 5);
	add_expected(&expected, "/c", "", 0);
	assert_int_equal(tree_add_link(&expected, "/d", "x", 0, 0, &err), 0);
	reference.tree = &expected;
	TARBALL(&archive, .name = "a", .content = "hell");
	TARBALL(&archive, .name = "b", .content = "hello, world");
	TARBALL(&archive, .name = "c", .content = "x");
	TARBALL(&archive, .name = "d", .content = "x");
	TARBALL(&archive, .name = "e", .content = "x");
	assert_int_equal(observe_archive(&tree, &reference, &err), 0);
	assert_tree(&tree, "/ dir unstated\n"
			   "/a file 0644 0:0 4 common 4\n"
			   "/b file 0644 0:0 12 common 5\n"
			   "/c file 0644 0:0 1 common 0\n"
			   "/d file 0644 0:0 1\n"
			   "/e file 0644 0:0 1\n");
	tree_free(&tree);
	tree_free(&expected);
}

/* What one reading has kept, another is compared with. */
static void kept_contents(void **state)
{
	uint64_t starts[] = { OBSERVE_UNWANTED, OBSERVE_WANTED, OBSERVE_WANTED, OBSERVE_UNWANTED };
	struct observe_spool spool = { .fd = file_open_unnamed(scratch), .starts = starts };
	struct observe_reference reference = { .spool = &spool, .keep = true };
	struct tree first, again;
	struct error err;

	(void)state;
	add_files(LARGE);
	TARBALL(&archive, .name = "empty");
	assert_int_equal(observe_archive(&first, NULL, &err), 0);
	assert_tree(&first, "/ dir unstated\n"
			    "/empty file 0644 0:0 0\n"
			    "/large file 0644 0:0 200000\n"
			    "/same file 0644 0:0 4\n");
	reference.tree = &first;
	assert_int_equal(observe_tar(&again, archive_place(), &reference, &err), 0);
	tree_free(&again);
	assert_int_equal(spool.length, LARGE);
	reference.keep = false;
	add_files(77777);
	TARBALL(&archive, .name = "empty", .content = "not");
	assert_int_equal(observe_archive(&again, &reference, &err), 0);
	assert_tree(&again, "/ dir unstated\n"
			    "/empty file 0644 0:0 3 common 0\n"
			    "/large file 0644 0:0 200000 common 77777\n"
			    "/same file 0644 0:0 4\n");
	tree_free(&again);
	tree_free(&first);
	close(spool.fd);
}

/* ---- layers ---- */

static void observe_layer(struct tree *tree)
{
	struct error err;

	if (observe_archive(tree, NULL, &err) < 0)
		fail_msg("%s", err.message);
}

/* Adds a file, or a directory when the name ends in a slash. */
static void add_member(const char *name, const char *content, unsigned mode)
{
	bool directory = name[strlen(name) - 1] == '/';

	TARBALL(&archive, .name = name, .content = directory ? "" : content,
		.type = directory ? '5' : '0', .mode = mode);
}

static void overlay(const char *const *lower, const char *const *upper, const char *expected)
{
	struct tree below, above;

	for (; *lower; lower++)
		add_member(*lower, "1", 0644);
	observe_layer(&below);
	for (; *upper; upper++)
		add_member(*upper, "22", 0600);
	observe_layer(&above);
	assert_null(overlay_apply(&below, &above));
	assert_int_equal(above.count, 0);
	assert_tree(&below, expected);
	tree_free(&below);
}

#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }

static void layers_add_and_replace(void **state)
{
	(void)state;
	overlay(NAMES("a", "d/", "d/x", "d/y"), NAMES("b", "d/", "d/x"),
		"/ dir unstated\n"
		"/a file 0644 0:0 1\n"
		"/b file 0600 0:0 2\n"
		"/d dir 0600 0:0\n"
		"/d/x file 0600 0:0 2\n"
		"/d/y file 0644 0:0 1\n");
}

/* A directory that the upper layer says nothing of stays what it was. */
static void layers_below_directories(void **state)
{
	(void)state;
	overlay(NAMES("d/", "d/x", "e/x"), NAMES("d/y", "e/y", "f/y"),
		"/ dir unstated\n"
		"/d dir 0644 0:0\n"
		"/d/x file 0644 0:0 1\n"
		"/d/y file 0600 0:0 2\n"
		"/e dir unstated\n"
		"/e/x file 0644 0:0 1\n"
		"/e/y file 0600 0:0 2\n"
		"/f dir unstated\n"
		"/f/y file 0600 0:0 2\n");
}

static void whiteouts(void **state)
{
	(void)state;
	overlay(NAMES("a", "a.b", "d/", "d/sub/", "d/sub/x", "d-e", "k/", "k/x"),
		NAMES(".wh.a", ".wh.d", "k/.wh.x"),
		"/ dir unstated\n"
		"/a.b file 0644 0:0 1\n"
		"/d-e file 0644 0:0 1\n"
		"/k dir 0644 0:0\n");
}

/* An opaque whiteout is about the layers below: what its own layer puts there stays. */
static void opaque_whiteouts_and_new_files(void **state)
{
	(void)state;
	overlay(NAMES("d/", "d/x", "e/", "e/x"),
		NAMES("d/.wh..wh..opq", "d/y", "e/", "e/.wh..wh..opq", "e/y"),
		"/ dir unstated\n"
		"/d dir 0644 0:0\n"
		"/d/y file 0600 0:0 2\n"
		"/e dir 0600 0:0\n"
		"/e/y file 0600 0:0 2\n");
}

/* Docker puts an opaque one into each new directory. */
static void whiteouts_of_nothing_are_no_files(void **state)
{
	(void)state;
	overlay(NAMES("a"), NAMES(".wh.b", "n/", "n/.wh..wh..opq", "m/.wh.x"),
		"/ dir unstated\n"
		"/a file 0644 0:0 1\n"
		"/m dir unstated\n"
		"/n dir 0600 0:0\n");
}

/* The archive, which is emptied, over a layer with a file f, a directory d, and a link l to it. */
static void assert_disputed(const char *expected)
{
	struct tree below, above;
	char *dispute;

	observe_layer(&above);
	TARBALL(&archive, .name = "f");
	TARBALL(&archive, .name = "d/x");
	TARBALL(&archive, .name = "l", .type = '2', .target = "d");
	observe_layer(&below);
	dispute = overlay_apply(&below, &above);
	assert_string_equal(dispute ? dispute : "nothing", expected);
	free(dispute);
	tree_free(&above);
	tree_free(&below);
}

static void what_engines_disagree_about(void **state)
{
	static const struct {
		const char *name, *other, *dispute;
	} layers[] = {
		{ "l/x", NULL, "'/l': it is no directory in a layer below, and this one has "
			       "something in it" },
		{ "l/a/x", "l/a/", "'/l': it is no directory in a layer below, and this one has "
				   "something in it" },
		{ "l/.wh.x", NULL, "'/l': it is no directory in a layer below, and this one has "
				   "something in it" },
		{ "l/.wh..wh..opq", NULL, "'/l': it is no directory in a layer below, and this one "
					  "has something in it" },
		{ "f/x", NULL, "'/f': it is no directory in a layer below, and this one has "
			       "something in it" },
		{ ".wh.d", "d/", "'/.wh.d': it hides what its own layer has" },
		{ ".wh.d", "d/y", "'/.wh.d': it hides what its own layer has" },
		{ "d/.wh.x", "d/x", "'/d/.wh.x': it hides what its own layer has" },
		{ "d/.wh.", NULL, "'/d/.wh.': it is a whiteout of no name" },
		{ "d/.wh..", NULL, "'/d/.wh..': it is a whiteout of no name" },
		{ "d/.wh...", NULL, "'/d/.wh...': it is a whiteout of no name" },
		{ ".wh.x/", NULL, "'/.wh.x': a directory has the name of a whiteout" },
		{ ".wh.x/y", NULL, "'/.wh.x': a directory has the name of a whiteout" },
		{ ".wh..wh.aufs", NULL, "'/.wh..wh.aufs': it is AUFS's own" },
		{ "d/.wh..wh.plnk", NULL, "'/d/.wh..wh.plnk': it is AUFS's own" },
		{ ".wh..wh..opq/", NULL, "'/.wh..wh..opq': a directory has the name of a whiteout" },
		{ "l/", "l/x", "nothing" },
		{ "f/", "f/x", "nothing" },
		{ "l", NULL, "nothing" },
		{ ".wh.l", NULL, "nothing" },
		{ ".wh..wh..opq", "f", "nothing" },
		{ ".whx", ".wh", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
		add_member(layers[i].name, "", 0644);
		if (layers[i].other)
			add_member(layers[i].other, "", 0644);
		assert_disputed(layers[i].dispute);
	}
	TARBALL(&archive, .name = "d/c", .type = '3');
	assert_disputed("'/d/c': it is a device that overlayfs takes for a whiteout");
	TARBALL(&archive, .name = "d/b", .type = '4');
	assert_disputed("nothing");
	tarball_pax(&archive, 'x', "SCHILY.xattr.trusted.overlay.opaque", "y");
	TARBALL(&archive, .name = "d/", .type = '5');
	assert_disputed("'/d': it has an attribute of overlayfs");
	tarball_pax(&archive, 'x', "SCHILY.xattr.user.overlay.redirect", "y");
	TARBALL(&archive, .name = "d/", .type = '5');
	assert_disputed("'/d': it has an attribute of overlayfs");
	tarball_pax(&archive, 'x', "SCHILY.xattr.user.overlayx", "y");
	TARBALL(&archive, .name = "d/", .type = '5');
	assert_disputed("nothing");
}

static void a_file_in_place_of_a_directory(void **state)
{
	(void)state;
	overlay(NAMES("d/", "d/sub/", "d/sub/x", "f"), NAMES("d", "f/", "f/x"),
		"/ dir unstated\n"
		"/d file 0600 0:0 2\n"
		"/f dir 0600 0:0\n"
		"/f/x file 0600 0:0 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_directory),
		scratch_test(special_files),
		scratch_test(hard_links_in_a_directory),
		scratch_test(a_hard_link_to_the_outside),
		scratch_test(extended_attributes),
		scratch_test(directories_that_cannot_be_read),
		scratch_test(a_deep_directory),
		archive_test(an_archive),
		archive_test(names_in_an_archive),
		archive_test(names_that_lead_out),
		archive_test(a_name_twice),
		archive_test(hard_links_in_an_archive),
		archive_test(hard_links_to_nothing),
		archive_test(hard_links_to_later_files),
		archive_test(what_is_below_no_directory),
		archive_test(unstated_directories_are_bounded),
		archive_test(attributes_in_an_archive),
		archive_test(archives_that_are_refused),
		archive_test(a_gzipped_archive),
		archive_test(an_archive_that_is_no_file),
		archive_test(common_bytes),
		archive_test(common_bytes_of_other_sizes),
		archive_test(kept_contents),
		archive_test(layers_add_and_replace),
		archive_test(layers_below_directories),
		archive_test(whiteouts),
		archive_test(opaque_whiteouts_and_new_files),
		archive_test(whiteouts_of_nothing_are_no_files),
		archive_test(what_engines_disagree_about),
		archive_test(a_file_in_place_of_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
