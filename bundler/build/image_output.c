/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the place of an image, and replaces what is there. */
#include "build/image_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "tree/layer.h"
#include "tree/rootfs.h"

static int refuse(const struct location *place, const char *reason, struct error *err)
{
	error_set(err, STATUS_FILE, "cannot replace '%s': %s", place->path, reason);
	return error_hint(err, "move it away, or choose another place");
}

/* Whether the directory has names that oci_layout_fill does not give at the top of a layout. */
static bool has_unknown(int fd)
{
	static const char *const known[] = {
		"blobs", "image-config.json", "image-index.json", "image-manifest.json",
		"index.json", "manifest.json", "oci-layout", "rootfs.tar", "rootfs.tar.gz",
		"rootfs.tar.zst",
	};
	const size_t count = sizeof known / sizeof known[0];
	struct pool pool = { 0 };
	const char **names = NULL;
	bool unknown = directory_list(fd, count, &pool, &names) < 0;

	for (; !unknown && *names; names++) {
		size_t i = 0;

		while (i < count && strcmp(known[i], *names) != 0)
			i++;
		unknown = i == count;
	}
	pool_free(&pool);
	return unknown;
}

static int check_layout(const struct image_output *output, struct error *err)
{
	int fd = openat(output->staging.parent, output->name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct buffer index;
	struct error ignored;
	bool ours, unknown;

	if (fd < 0)
		return error_errno(err, STATUS_FILE, "cannot replace '%s'", output->place->path);
	buffer_init(&index, LIMIT_INDEX_BYTES);
	ours = file_read(&index, fd, "index.json", &ignored) == 0 && oci_index_is_ours(&index);
	buffer_free(&index);
	unknown = has_unknown(fd);
	close(fd);
	if (!ours)
		return refuse(output->place, "bundler did not make it", err);
	return unknown ? refuse(output->place, "it has entries that bundler did not make", err) : 0;
}

static int check_replaceable(const struct image_output *output, struct error *err)
{
	struct stat st;

	if (fstatat(output->staging.parent, output->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, STATUS_FILE, "cannot replace '%s'",
							 output->place->path);
	if (output->place->kind == LOCATION_OCI)
		return S_ISDIR(st.st_mode) ? check_layout(output, err)
					   : refuse(output->place, "it is not a directory", err);
	return S_ISREG(st.st_mode) ? 0 : refuse(output->place, "it is not a regular file", err);
}

/* Splits the place's path, which must end in a name, and makes and opens its directory. */
static int open_parent(struct image_output *output, struct error *err)
{
	char *path = memory_string(output->place->path), *slash;
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	slash = strrchr(path, '/');
	output->name = memory_string(slash ? slash + 1 : path);
	if (slash)
		slash[slash == path ? 1 : 0] = '\0';
	output->parent = memory_string(slash ? path : ".");
	free(path);
	if (output->name[0] == '\0' || strcmp(output->name, ".") == 0
	    || strcmp(output->name, "..") == 0)
		return error_set(err, STATUS_USAGE, "cannot use place '%s': its path does not end "
				 "in a name", output->place->path);
	output->made = file_first_missing(output->parent);
	output->staging.parent = file_make_directory(output->parent, err);
	return output->staging.parent < 0 ? -1 : 0;
}

/* Frees everything but the private directory. */
static void close_parent(struct image_output *output, bool failed)
{
	if (output->staging.parent >= 0)
		close(output->staging.parent);
	if (failed && output->made)
		file_remove_directories(output->parent, output->made);
	free(output->made);
	free(output->parent);
	free(output->name);
}

int image_output_open(struct image_output *output, const struct location *place, struct error *err)
{
	*output = (struct image_output){ .place = place, .staging.parent = -1 };
	if (place->kind != LOCATION_OCI && place->kind != LOCATION_OCI_ARCHIVE
	    && place->kind != LOCATION_DOCKER_ARCHIVE)
		return error_set(err, STATUS_USAGE, "cannot write an image to '%s': the place must "
				 "be oci:, oci-archive: or docker-archive:", place->path);
	if (place->tag && strchr(place->tag, ':')) {
		error_set(err, STATUS_USAGE, "cannot write an image to '%s': '%s' is not a tag",
			  place->path, place->tag);
		return error_hint(err, "give only a tag: the recipe names the image");
	}
	if (open_parent(output, err) == 0 && check_replaceable(output, err) == 0
	    && staging_open(&output->staging, output->staging.parent, output->parent, err) == 0)
		return 0;
	close_parent(output, true);
	return -1;
}

int image_output_write(const struct image_output *output, struct oci_image *images, size_t count,
		       const struct oci_style *style, int64_t epoch, staging_confirm *confirm,
		       void *context, struct error *err)
{
	struct tree layout;
	int result;

	tree_init(&layout, epoch);
	result = oci_layout_fill(&layout, images, count, style, err);
	if (result == 0)
		result = output->place->kind == LOCATION_OCI
			 ? rootfs_write(&layout, output->staging.fd, output->name, err)
			 : layer_write(&layout, output->staging.fd, output->name,
				       output->place->path, err);
	tree_free(&layout);
	return result < 0 ? -1 : staging_publish(&(struct staging_move){
			.staging = &output->staging, .name = output->name,
		}, 1, confirm, context, err);
}

void image_output_close(struct image_output *output, bool failed)
{
	staging_close(&output->staging);
	close_parent(output, failed);
}
