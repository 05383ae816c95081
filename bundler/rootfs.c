#include "rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "file.h"
#include "interrupt.h"
#include "limits.h"
#include "memory.h"
#include "mtree.h"

/* The tree's paths begin with a slash; below a directory descriptor they must not. */
static const char *relative(const struct tree_node *node)
{
	return node->path[1] == '\0' ? "." : node->path + 1;
}

static int fail(const char *name, const struct tree_node *node, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot write '%s%s'", name, node->path);
}

/* Owner first: chown(2) clears the set-user-ID bits that chmod(2) may have set. */
static int set_attributes(int fd, const struct tree_node *node, int64_t epoch)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)epoch }, { .tv_sec = (time_t)epoch } };

	if (geteuid() == 0 && fchown(fd, node->uid, node->gid) < 0)
		return -1;
	if (fchmod(fd, (mode_t)node->mode) < 0)
		return -1;
	return futimens(fd, times);
}

/* Opens a file that holds the node's content: the content's own unnamed one where it can be had. */
static int place_content(int root, const struct tree_node *node)
{
	int fd = content_link(&node->content, root, relative(node));

	if (fd >= 0)
		return fd;
	fd = openat(root, relative(node), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && content_copy(&node->content, fd) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int write_file(int root, const struct tree_node *node, int64_t epoch)
{
	int fd = place_content(root, node), result;

	if (fd < 0)
		return -1;
	result = set_attributes(fd, node, epoch);
	if (result == 0)
		result = fsync(fd);
	if (close(fd) < 0)
		result = -1;
	return result;
}

static int write_link(int root, const struct tree_node *node, int64_t epoch)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)epoch }, { .tv_sec = (time_t)epoch } };

	if (symlinkat(node->target, root, relative(node)) < 0)
		return -1;
	if (geteuid() == 0
	    && fchownat(root, relative(node), node->uid, node->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return utimensat(root, relative(node), times, AT_SYMLINK_NOFOLLOW);
}

static int make_node(int root, const struct tree_node *node, int64_t epoch)
{
	switch (node->type) {
	case TREE_DIRECTORY:
		return mkdirat(root, relative(node), 0700);
	case TREE_FILE:
		return write_file(root, node, epoch);
	case TREE_LINK:
		return write_link(root, node, epoch);
	}
	return -1;
}

/* Last, and from the leaves up: what is added to a directory changes its time. */
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

static int fill(const struct tree *tree, int root, const char *name, struct error *err)
{
	for (size_t i = 1; i < tree->count; i++) {
		if (interrupt_check(err) < 0)
			return -1;
		if (make_node(root, &tree->nodes[i], tree->epoch) < 0)
			return fail(name, &tree->nodes[i], err);
	}
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

static bool has_foreign(int fd, const char *path, const struct buffer *manifest);

/* Whether the entry at path, name in the directory fd, or anything below it, is not in the manifest. */
static bool is_foreign(int fd, const char *name, const char *path, const struct buffer *manifest)
{
	int below;

	if (!mtree_names(manifest, path))
		return true;
	below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return below >= 0 && has_foreign(below, path, manifest);
}

/* The same for everything in the directory that fd is open for. Closes fd. */
static bool has_foreign(int fd, const char *path, const struct buffer *manifest)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;
	bool foreign = false;

	if (!directory) {
		close(fd);
		return true;
	}
	while (!foreign && (entry = readdir(directory))) {
		char *child;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		child = memory_format("%s/%s", path, entry->d_name);
		foreign = is_foreign(fd, entry->d_name, child, manifest);
		free(child);
	}
	closedir(directory);
	return foreign;
}

static int refuse(const char *name, const char *reason, struct error *err)
{
	error_set(err, STATUS_FILE, "cannot replace '%s': %s", name, reason);
	return error_hint(err, "move it away, or choose another output directory");
}

/* Whether name.suffix may be replaced or made; it can only be replaced when ours is set. */
static int check_file(int dirfd, const char *name, const char *suffix, bool ours,
		      struct error *err)
{
	char *path = memory_format("%s.%s", name, suffix);
	struct stat st;
	int result = 0;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISREG(st.st_mode))
			result = refuse(path, "it is not a regular file", err);
		else if (!ours)
			result = refuse(path, "bundler did not make it", err);
	}
	free(path);
	return result;
}

/* Reads the manifest at name.mtree, which stays empty when bundler did not write what is there. */
static int read_manifest(int dirfd, const char *name, struct buffer *manifest, struct error *err)
{
	char *path = memory_format("%s.mtree", name);
	struct stat st;
	int result = 0;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
		result = file_read(manifest, dirfd, path, err);
	if (!mtree_is_ours(manifest))
		buffer_free(manifest);
	free(path);
	return result;
}

static int check_directory(int dirfd, const char *name, const struct buffer *manifest,
			   struct error *err)
{
	struct stat st;
	int fd;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, STATUS_FILE, "cannot replace '%s'", name);
	if (!S_ISDIR(st.st_mode))
		return refuse(name, "it is not a directory", err);
	if (manifest->length == 0)
		return refuse(name, "bundler did not make it", err);
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, STATUS_FILE, "cannot replace '%s'", name);
	if (has_foreign(fd, "", manifest))
		return refuse(name, "something in it is not in its manifest", err);
	return 0;
}

int rootfs_check_replaceable(int dirfd, const char *name, struct error *err)
{
	struct buffer manifest;
	int result;

	buffer_init(&manifest, LIMIT_MANIFEST_BYTES);
	result = read_manifest(dirfd, name, &manifest, err);
	if (result == 0)
		result = check_file(dirfd, name, "mtree", manifest.length > 0, err);
	if (result == 0)
		result = check_file(dirfd, name, "tar", manifest.length > 0, err);
	if (result == 0)
		result = check_directory(dirfd, name, &manifest, err);
	buffer_free(&manifest);
	return result;
}
