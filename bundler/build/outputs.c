/* SPDX-License-Identifier: Apache-2.0 */
/* The three outputs of a tree: checked, written, and published together. */
#include "build/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/jobs.h"
#include "base/limits.h"
#include "base/memory.h"
#include "tree/layer.h"
#include "tree/mtree.h"
#include "tree/rootfs.h"

#define MANIFEST ".mtree"
#define ARCHIVE ".tar"

/*
 * Why the directory in fd, at path in the outputs, must not be replaced, or NULL: a path that is
 * not in the manifest may be a user's.
 */
static const char *contents_fault(int fd, const char *path, const struct buffer *manifest)
{
	static const char unnamed[] = "something in it is not in its manifest";
	const char *fault = NULL, **names = NULL;
	struct pool pool = { 0 };

	if (directory_list(fd, LIMIT_RECIPE_ENTRIES, &pool, &names) < 0)
		fault = errno == E2BIG ? unnamed : "it cannot be read";
	for (; !fault && *names; names++) {
		const char *child = pool_format(&pool, "%s/%s", path, *names);
		int below;

		if (!mtree_names(manifest, child)) {
			fault = unnamed;
			break;
		}
		below = openat(fd, *names, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0) {
			fault = contents_fault(below, child, manifest);
			close(below);
		} else if (errno != ENOTDIR && errno != ELOOP) {
			fault = "a directory in it cannot be read";
		}
	}
	pool_free(&pool);
	return fault;
}

/* Why the directory called name must not be replaced; NULL if bundler made it or it is missing. */
static const char *directory_fault(int dirfd, const char *name, const struct buffer *manifest)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *fault;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? "it is not a directory"
							  : "it cannot be read";
	fault = manifest->length > 0 ? contents_fault(fd, "", manifest) : "bundler did not make it";
	close(fd);
	return fault;
}

static int refuse(const char *name, const char *reason, struct error *err)
{
	error_set(err, STATUS_FILE, "cannot replace '%s': %s", name, reason);
	return error_hint(err, "move it away, or choose another output directory");
}

/* Checks that the file name + suffix is missing or, if ours is set, a regular file. */
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

/* Reads the manifest beside name; empty if there is none, or it is not bundler's. */
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

static int check(int dirfd, const char *name, struct error *err)
{
	struct buffer manifest;
	const char *fault;
	int result;

	buffer_init(&manifest, LIMIT_MANIFEST_BYTES);
	result = read_manifest(dirfd, name, &manifest, err);
	if (result == 0)
		result = check_file(dirfd, name, MANIFEST, manifest.length > 0, err);
	if (result == 0)
		result = check_file(dirfd, name, ARCHIVE, manifest.length > 0, err);
	fault = result == 0 ? directory_fault(dirfd, name, &manifest) : NULL;
	if (fault)
		result = refuse(name, fault, err);
	buffer_free(&manifest);
	return result;
}

/* The outputs called name below dirfd. */
struct location {
	int dirfd;
	const char *name;
};

/*
 * A run that was killed between publishing manifest and directory left the old manifest in dead. If
 * it fits the directory, it is moved back.
 */
static void put_back(int dead, void *context)
{
	const struct location *place = context;
	const struct staging staging = { .parent = place->dirfd, .fd = dead };
	char *path = memory_format("%s" MANIFEST, place->name);
	struct buffer manifest;
	struct error ignored;

	buffer_init(&manifest, LIMIT_MANIFEST_BYTES);
	if (read_manifest(dead, place->name, &manifest, &ignored) == 0 && manifest.length > 0
	    && !directory_fault(place->dirfd, place->name, &manifest))
		staging_publish(&(struct staging_move){ &staging, path, false }, 1, NULL, NULL,
				&ignored);
	buffer_free(&manifest);
	free(path);
}

int outputs_check(int dirfd, const char *name, struct error *err)
{
	struct location place = { .dirfd = dirfd, .name = name };

	if (check(dirfd, name, err) == 0)
		return 0;
	staging_visit_dead(dirfd, put_back, &place);
	return check(dirfd, name, err);
}

/* Shared by the two jobs of outputs_write. */
struct writing {
	const struct tree *tree;
	int dirfd;
	const char *name;
};

static int write_one(void *context, size_t number, struct error *err)
{
	const struct writing *writing = context;
	char *path;
	int result;

	if (number == 0)
		return rootfs_write(writing->tree, writing->dirfd, writing->name, err);
	path = memory_format("%s" ARCHIVE, writing->name);
	result = layer_write(writing->tree, writing->dirfd, path, path, err);
	free(path);
	return result;
}

/* The large outputs are written at the same time: one copies while the other waits for the disk. */
int outputs_write(const struct tree *tree, const struct buffer *manifest, int dirfd,
		  const char *name, struct error *err)
{
	struct writing writing = { .tree = tree, .dirfd = dirfd, .name = name };
	char *path;
	int result;

	if (jobs_run_all(write_one, &writing, 2, err) < 0)
		return -1;
	path = memory_format("%s" MANIFEST, name);
	result = file_create(dirfd, path, manifest->bytes, manifest->length, 0644, err);
	free(path);
	return result;
}

int outputs_build(const struct build *build, const struct platform *platform, int dirfd,
		  struct digest *digest, struct error *err)
{
	struct buffer manifest;
	struct tree tree;
	int result;

	if (build_tree(build, platform, dirfd, &tree, &manifest, err) < 0)
		return -1;
	result = outputs_write(&tree, &manifest, dirfd, platform->directory, err);
	*digest = digest_of_output(manifest.bytes, manifest.length);
	buffer_free(&manifest);
	tree_free(&tree);
	return result;
}

/* The manifest first: a directory or archive without it would not be recognised as ours. */
static const char *const suffixes[] = { MANIFEST, ARCHIVE, "" };

#define SUFFIXES (sizeof suffixes / sizeof suffixes[0])

int outputs_publish(const struct staging *staging, const char *const *names, size_t count,
		    staging_confirm *confirm, void *context, struct error *err)
{
	struct pool pool = { 0 };
	struct staging_move *moves = pool_new(&pool, count * SUFFIXES, sizeof *moves);
	int result;

	for (size_t i = 0; i < count * SUFFIXES; i++) {
		moves[i].staging = staging;
		moves[i].name = pool_format(&pool, "%s%s", names[i / SUFFIXES],
					    suffixes[i % SUFFIXES]);
	}
	/* Other runs that publish here wait; otherwise their outputs could mix. */
	flock(staging->parent, LOCK_EX);
	result = staging_publish(moves, count * SUFFIXES, confirm, context, err);
	flock(staging->parent, LOCK_UN);
	pool_free(&pool);
	return result;
}
