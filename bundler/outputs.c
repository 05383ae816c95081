#include "outputs.h"

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
#include "jobs.h"
#include "layer.h"
#include "limits.h"
#include "memory.h"
#include "mtree.h"
#include "rootfs.h"

#define MANIFEST ".mtree"
#define ARCHIVE ".tar"

static bool has_foreign(int fd, const char *path, const struct buffer *manifest);

/*
 * Whether the entry at path, name in the directory fd, or anything below it, is not in the
 * manifest.
 */
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

/* Whether the file name + suffix may be made, or replaced, which it may only when ours is set. */
static int check_file(int dirfd, const char *name, const char *suffix, bool ours,
		      struct error *err)
{
	char *path = memory_format("%s%s", name, suffix);
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

/* Reads the manifest beside name, which stays empty when bundler did not write what is there. */
static int read_manifest(int dirfd, const char *name, struct buffer *manifest, struct error *err)
{
	char *path = memory_format("%s" MANIFEST, name);
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

int outputs_check(int dirfd, const char *name, struct error *err)
{
	struct buffer manifest;
	int result;

	buffer_init(&manifest, LIMIT_MANIFEST_BYTES);
	result = read_manifest(dirfd, name, &manifest, err);
	if (result == 0)
		result = check_file(dirfd, name, MANIFEST, manifest.length > 0, err);
	if (result == 0)
		result = check_file(dirfd, name, ARCHIVE, manifest.length > 0, err);
	if (result == 0)
		result = check_directory(dirfd, name, &manifest, err);
	buffer_free(&manifest);
	return result;
}

static int write_manifest(const struct tree *tree, int dirfd, const char *name, const char *about,
			  struct digest *digest, struct error *err)
{
	char *path = memory_format("%s" MANIFEST, name);
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_MANIFEST_BYTES);
	if (mtree_write(tree, about, &text) < 0)
		result = error_set(err, STATUS_LIMIT, "cannot write '%s': larger than %zu bytes", path,
				   text.maximum);
	else
		result = file_publish(dirfd, path, text.bytes, text.length, 0644, err);
	if (result == 0)
		*digest = digest_of(text.bytes, text.length);
	buffer_free(&text);
	free(path);
	return result;
}

static int write_archive(const struct tree *tree, int dirfd, const char *name, struct error *err)
{
	char *path = memory_format("%s" ARCHIVE, name);
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = fd < 0 ? -1 : layer_write(tree, fd, path, err);

	if (fd < 0 || (result == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0)))
		result = error_errno(err, STATUS_FILE, "cannot write '%s'", path);
	if (fd >= 0 && close(fd) < 0 && result == 0)
		result = error_errno(err, STATUS_FILE, "cannot write '%s'", path);
	free(path);
	return result;
}

/* What the two jobs of outputs_write share. */
struct writing {
	const struct tree *tree;
	int dirfd;
	const char *name;
};

static int write_one(void *context, size_t number, struct error *err)
{
	const struct writing *writing = context;

	return (number == 0 ? rootfs_write : write_archive)(writing->tree, writing->dirfd,
							    writing->name, err);
}

/* The large outputs side by side: one copies while the other waits for the disk. */
int outputs_write(const struct tree *tree, const char *about, int dirfd, const char *name,
		  struct digest *digest, struct error *err)
{
	struct writing writing = { .tree = tree, .dirfd = dirfd, .name = name };

	if (jobs_run_all(write_one, &writing, 2, err) < 0)
		return -1;
	return write_manifest(tree, dirfd, name, about, digest, err);
}

/* The manifest goes first: a directory or an archive without one would not be known as ours. */
int outputs_publish(const struct staging *staging, const char *name, struct error *err)
{
	char *manifest = memory_format("%s" MANIFEST, name);
	char *archive = memory_format("%s" ARCHIVE, name);
	int result = 0;

	if (staging_publish(staging, manifest, err) < 0
	    || staging_publish(staging, archive, err) < 0
	    || staging_publish(staging, name, err) < 0)
		result = -1;
	free(archive);
	free(manifest);
	return result;
}
