/* SPDX-License-Identifier: Apache-2.0 */
/* Trees as directories. */
#include "tree/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"

/*
 * Files that are written but not flushed: the kernel can write several to the disk at once. Each
 * has an open descriptor, so their number is small.
 */
struct unflushed {
	int fds[16];
	size_t count;
};

/* The path without its leading slash, for use below a directory descriptor. */
static const char *relative(const struct tree_node *node)
{
	return node->path[1] == '\0' ? "." : node->path + 1;
}

static int fail(const char *name, const struct tree_node *node, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot write '%s%s'", name, node->path);
}

/*
 * Sets the owner as far as permitted: only root can, and in a user namespace only to a mapped user,
 * else EINVAL (user_namespaces(7)). Otherwise the file stays the caller's.
 */
static int give_away(int directory, const char *path, const struct tree_node *node, int flags)
{
	if (geteuid() != 0 || fchownat(directory, path, node->uid, node->gid, flags) == 0
	    || errno == EINVAL)
		return 0;
	return -1;
}

/* Owner first: chown(2) clears the set-user-ID bits that chmod(2) may have set. */
static int set_attributes(int fd, const struct tree_node *node, int64_t epoch)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)epoch },
					   { .tv_sec = (time_t)epoch } };

	if (give_away(fd, "", node, AT_EMPTY_PATH) < 0 || fchmod(fd, (mode_t)node->mode) < 0)
		return -1;
	return futimens(fd, times);
}

/* Flushes and closes all; -1 with errno set if one could not be flushed. */
static int flush(struct unflushed *unflushed)
{
	int fault = 0;

	while (unflushed->count > 0) {
		int fd = unflushed->fds[--unflushed->count];

		if (fsync(fd) < 0)
			fault = errno;
		if (close(fd) < 0)
			fault = errno;
	}
	errno = fault;
	return fault == 0 ? 0 : -1;
}

static int write_file(int root, const struct tree_node *node, int64_t epoch,
		      struct unflushed *unflushed)
{
	/* A content in an unnamed file need not be copied. */
	int fd = content_link(&node->content, root, relative(node));
	const bool linked = fd >= 0;

	if (!linked)
		fd = openat(root, relative(node),
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	unflushed->fds[unflushed->count++] = fd;
	if ((!linked && content_copy(&node->content, fd) < 0)
	    || set_attributes(fd, node, epoch) < 0)
		return -1;
	/* A hint; errors are reported by fsync. */
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return unflushed->count < sizeof unflushed->fds / sizeof unflushed->fds[0]
	       ? 0 : flush(unflushed);
}

static int write_link(int root, const struct tree_node *node, int64_t epoch)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)epoch },
					   { .tv_sec = (time_t)epoch } };

	if (symlinkat(node->target, root, relative(node)) < 0)
		return -1;
	if (give_away(root, relative(node), node, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return utimensat(root, relative(node), times, AT_SYMLINK_NOFOLLOW);
}

static int make_node(int root, const struct tree_node *node, int64_t epoch,
		     struct unflushed *unflushed)
{
	switch (node->type) {
	case TREE_DIRECTORY:
		return mkdirat(root, relative(node), 0700);
	case TREE_FILE:
		return write_file(root, node, epoch, unflushed);
	case TREE_LINK:
		return write_link(root, node, epoch);
	case TREE_SPECIAL:
		break;
	}
	errno = EINVAL;
	return -1;
}

/* Called last, for the deepest directories first: adding a file changes a directory's time. */
static int finish_directory(int root, const struct tree_node *node, int64_t epoch)
{
	int fd = openat(root, relative(node), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -1;
	result = set_attributes(fd, node, epoch);
	if (result == 0)
		result = fsync(fd);
	close(fd);
	return result;
}

static int fill_nodes(const struct tree *tree, int root, const char *name,
		      struct unflushed *unflushed, struct error *err)
{
	for (size_t i = 1; i < tree->count; i++) {
		if (interrupt_check(err) < 0)
			return -1;
		if (make_node(root, &tree->nodes[i], tree->epoch, unflushed) < 0)
			return fail(name, &tree->nodes[i], err);
	}
	return 0;
}

static int fill(const struct tree *tree, int root, const char *name, struct error *err)
{
	struct unflushed unflushed = { .count = 0 };
	int result = fill_nodes(tree, root, name, &unflushed, err);

	if (flush(&unflushed) < 0 && result == 0)
		result = error_errno(err, STATUS_FILE, "cannot flush '%s'", name);
	if (result < 0)
		return -1;
	for (size_t i = tree->count; i-- > 0;) {
		if (tree->nodes[i].type == TREE_DIRECTORY
		    && finish_directory(root, &tree->nodes[i], tree->epoch) < 0)
			return fail(name, &tree->nodes[i], err);
	}
	return 0;
}

int rootfs_write(const struct tree *tree, int dirfd, const char *name, struct error *err)
{
	int root, result;

	if (mkdirat(dirfd, name, 0700) < 0)
		return error_errno(err, STATUS_FILE, "cannot make directory '%s'", name);
	root = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0)
		return error_errno(err, STATUS_FILE, "cannot open directory '%s'", name);
	result = fill(tree, root, name, err);
	close(root);
	return result;
}
