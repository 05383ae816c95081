/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a directory as a tree. */
#include "audit/observe_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/pool.h"

#define CHUNK 65536

/* A file that has other names, perhaps outside. */
struct shared {
	dev_t device;
	ino_t inode;
	size_t node;
};

struct walk {
	struct observe observe;
	int root;
	struct shared *shared;
	size_t shared_count;
	unsigned char chunk[CHUNK];
};

static int fail(const struct walk *walk, const char *path, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot read '%s' in '%s'", path, walk->observe.place);
}

/* ---- attributes ---- */

/* The names of a file's attributes, one after the other; their length, or -1 with errno set. */
static ssize_t list_attributes(int fd, char **names)
{
	ssize_t length = flistxattr(fd, NULL, 0);

	*names = NULL;
	if (length <= 0)
		return length < 0 && errno == ENOTSUP ? 0 : length;
	*names = memory_new((size_t)length, 1);
	return flistxattr(fd, *names, (size_t)length);
}

static int read_attribute(int fd, struct pool *pool, struct pax_attribute *attribute)
{
	ssize_t length = fgetxattr(fd, attribute->name, NULL, 0);
	char *value;

	if (length < 0)
		return -1;
	value = pool_new(pool, (size_t)length + 1, 1);
	length = fgetxattr(fd, attribute->name, value, (size_t)length);
	attribute->value = value;
	attribute->length = length < 0 ? 0 : (size_t)length;
	return length < 0 ? -1 : 0;
}

/* Reads all attributes into a text; Linux keeps list and values below 64 KiB each. */
static int read_attributes(int fd, char **text)
{
	struct pax_attribute *attributes = NULL;
	struct pool pool = { 0 };
	size_t count = 0;
	char *names;
	ssize_t length = list_attributes(fd, &names);
	int result = length < 0 ? -1 : 0;

	for (const char *name = names; result == 0 && name && name < names + length;
	     name += strlen(name) + 1) {
		if (strcmp(name, "security.selinux") == 0)
			continue;
		attributes = memory_resize(attributes, count + 1, sizeof *attributes);
		attributes[count] = (struct pax_attribute){ .name = name };
		result = read_attribute(fd, &pool, &attributes[count++]);
	}
	*text = result == 0 ? observe_attributes(attributes, count) : NULL;
	free(attributes);
	free(names);
	pool_free(&pool);
	return result;
}

/* ---- nodes ---- */

static enum tree_type type_of(mode_t mode)
{
	return S_ISDIR(mode) ? TREE_DIRECTORY : S_ISREG(mode) ? TREE_FILE
	       : S_ISLNK(mode) ? TREE_LINK : TREE_SPECIAL;
}

static void describe(struct tree_node *node, const struct stat *st)
{
	node->mode = st->st_mode & 07777;
	node->uid = st->st_uid;
	node->gid = st->st_gid;
	node->time = st->st_mtim.tv_sec;
	node->observed.nanoseconds = (uint32_t)st->st_mtim.tv_nsec;
	node->observed.unstated = false;
	if (node->type != TREE_SPECIAL)
		return;
	node->observed.kind = st->st_mode & S_IFMT;
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		node->observed.major = major(st->st_rdev);
		node->observed.minor = minor(st->st_rdev);
	}
}

/* Adds a node for what stat found at path. */
static struct tree_node *add(struct walk *walk, const char *path, const struct stat *st,
			     struct error *err)
{
	struct tree_node *node = observe_add(&walk->observe, path, type_of(st->st_mode), err);

	if (!node)
		return NULL;
	describe(node, st);
	if (node->type == TREE_DIRECTORY || st->st_nlink < 2)
		return node;
	walk->shared = memory_resize(walk->shared, walk->shared_count + 1, sizeof *walk->shared);
	walk->shared[walk->shared_count++] = (struct shared){
		.device = st->st_dev, .inode = st->st_ino, .node = walk->observe.tree->count - 1,
	};
	return node;
}

static int read_content(struct walk *walk, int fd, const char *path, struct error *err)
{
	ssize_t got;

	while ((got = read(fd, walk->chunk, sizeof walk->chunk)) > 0)
		if (observe_bytes(&walk->observe, walk->chunk, (size_t)got, err) < 0)
			return -1;
	if (got < 0)
		return fail(walk, path, err);
	observe_file_end(&walk->observe);
	return 0;
}

/* Opened before it is looked at: what is described is what is read, whatever is done meanwhile. */
static int add_file(struct walk *walk, int directory, const char *name, const char *path,
		    struct error *err)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct tree_node *node;
	struct stat st;
	int result = -1;

	if (fd < 0 || fstat(fd, &st) < 0) {
		fail(walk, path, err);
	} else if (!S_ISREG(st.st_mode)) {
		error_set(err, STATUS_FILE, "cannot read '%s' in '%s': it is being changed", path,
			  walk->observe.place);
	} else if ((node = add(walk, path, &st, err))) {
		result = read_attributes(fd, &node->observed.attributes);
		if (result < 0)
			fail(walk, path, err);
		else if (observe_texts(&walk->observe, node, err) < 0)
			result = -1;
		else
			result = read_content(walk, fd, path, err);
	}
	if (fd >= 0)
		close(fd);
	return result;
}

static int add_link(struct walk *walk, int directory, const char *name, const char *path,
		    const struct stat *st, struct error *err)
{
	char target[LIMIT_NAME_BYTES + 1];
	ssize_t length = readlinkat(directory, name, target, sizeof target);
	struct tree_node *node;

	if (length == (ssize_t)sizeof target)
		errno = ENAMETOOLONG;
	if (length < 0 || length == (ssize_t)sizeof target)
		return fail(walk, path, err);
	node = add(walk, path, st, err);
	if (!node)
		return -1;
	node->target = memory_copy(target, (size_t)length);
	return observe_texts(&walk->observe, node, err);
}

/* Adds what has this name in a directory; what is in a directory is added later. */
static int add_found(struct walk *walk, int directory, const char *name, const char *path,
		     struct error *err)
{
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(walk, path, err);
	if (S_ISREG(st.st_mode))
		return add_file(walk, directory, name, path, err);
	if (S_ISLNK(st.st_mode))
		return add_link(walk, directory, name, path, &st, err);
	return add(walk, path, &st, err) ? 0 : -1;
}

/* ---- directories ---- */

/* Describes the node of a directory once more, from its descriptor, and adds what is in it. */
static int read_directory(struct walk *walk, size_t number, struct error *err)
{
	char *path = memory_string(walk->observe.tree->nodes[number].path);
	struct tree_node *node = &walk->observe.tree->nodes[number];
	int fd = path_open(walk->root, path + 1, O_DIRECTORY), result = -1;
	struct pool pool = { 0 };
	const char **names;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0
	    || read_attributes(fd, &node->observed.attributes) < 0) {
		fail(walk, path, err);
		goto out;
	}
	describe(node, &st);
	if (observe_texts(&walk->observe, node, err) < 0)
		goto out;
	if (directory_list(fd, LIMIT_OBSERVED_NODES, &pool, &names) < 0) {
		if (errno == E2BIG)
			observe_refuse(&walk->observe, STATUS_LIMIT, "it has too many files", err);
		else
			fail(walk, path, err);
		goto out;
	}
	for (result = 0; result == 0 && *names; names++) {
		const char *full = pool_format(&pool, "%s/%s", path[1] ? path : "", *names);

		result = add_found(walk, fd, *names, full, err);
		if (result == 0)
			result = interrupt_check(err);
	}
out:
	if (fd >= 0)
		close(fd);
	pool_free(&pool);
	free(path);
	return result;
}

/* Directories that are found are added behind those that were read, until there are no more. */
static int read_all(struct walk *walk, struct error *err)
{
	const struct tree *tree = walk->observe.tree;

	for (size_t i = 0; i < tree->count; i++) {
		if (tree->nodes[i].type != TREE_DIRECTORY)
			continue;
		if (strlen(tree->nodes[i].path) > LIMIT_NAME_BYTES)
			return observe_refuse(&walk->observe, STATUS_LIMIT,
					      "its directories are too deep", err);
		if (read_directory(walk, i, err) < 0)
			return -1;
	}
	return 0;
}

static int compare_shared(const void *a, const void *b)
{
	const struct shared *one = a, *other = b;

	if (one->device != other->device)
		return one->device < other->device ? -1 : 1;
	return one->inode < other->inode ? -1 : one->inode > other->inode;
}

static void group_shared(struct walk *walk)
{
	struct shared *shared = walk->shared;
	struct tree_node *nodes = walk->observe.tree->nodes;

	if (walk->shared_count > 0)
		qsort(shared, walk->shared_count, sizeof *shared, compare_shared);
	for (size_t i = 1; i < walk->shared_count; i++) {
		struct tree_observed *before = &nodes[shared[i - 1].node].observed;

		if (compare_shared(&shared[i - 1], &shared[i]) != 0)
			continue;
		if (before->group == 0)
			before->group = ++walk->observe.groups;
		nodes[shared[i].node].observed.group = before->group;
	}
}

int observe_directory(struct tree *tree, const char *path,
		      const struct observe_reference *reference, struct error *err)
{
	struct walk *walk = memory_new(1, sizeof *walk);
	int result = -1;

	tree_init(tree, 0);
	observe_begin(&walk->observe, tree, path, reference);
	walk->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->root < 0) {
		error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	} else {
		result = read_all(walk, err);
		close(walk->root);
	}
	if (result == 0) {
		group_shared(walk);
		result = observe_end(&walk->observe, err);
	}
	free(walk->shared);
	free(walk);
	return result;
}
