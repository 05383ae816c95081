/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the place of an image, and replaces what is there. */
#include "build/image_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "tree/layer.h"
#include "tree/rootfs.h"

static int refuse(const struct location *place, const char *reason, struct error *err)
{
	error_set(err, STATUS_FILE, "cannot replace '%s': %s", place->path, reason);
	return error_hint(err, "move it away, or choose another place");
}

/* Whether something is at the place: 1, 0, or -1 if it is of another kind. */
static int find(const struct image_output *output, struct stat *st, struct error *err)
{
	const struct location *place = output->place;

	if (fstatat(output->staging.parent, output->name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, STATUS_FILE, "cannot replace '%s'",
							 place->path);
	if (place->kind == LOCATION_OCI)
		return S_ISDIR(st->st_mode) ? 1 : refuse(place, "it is not a directory", err);
	return S_ISREG(st->st_mode) ? 1 : refuse(place, "it is not a regular file", err);
}

static int check_replaceable(const struct image_output *output, struct error *err)
{
	struct stat st;
	struct kept kept;
	int result = find(output, &st, err);

	if (result <= 0 || (S_ISREG(st.st_mode) && (st.st_size == 0 || output->force)))
		return result < 0 ? -1 : 0;
	result = kept_open(&kept, output->place, output->tag, err);
	kept_close(&kept);
	if (result < 0 && S_ISREG(st.st_mode))
		error_hint(err, "move it away, choose another place, or use --force");
	return result;
}

/* Splits the place's path, which must end in a name, and makes and opens its directory. */
static int open_parent(struct image_output *output, struct error *err)
{
	char *path = memory_string(output->place->path), *slash, *missing, *below;
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
	missing = file_first_missing(output->parent);
	below = output->parent + (missing ? strlen(missing) : 0);
	if (missing && below[strspn(below, "/")] != '\0') {
		error_set(err, STATUS_FILE, "cannot write '%s': directory '%s' does not exist",
			  output->place->path, missing);
		free(missing);
		return -1;
	}
	output->made = missing;
	free(missing);
	output->staging.parent = file_make_directory(output->parent, err);
	return output->staging.parent < 0 ? -1 : 0;
}

/* Frees everything but the private directory. */
static void close_parent(struct image_output *output, bool failed)
{
	if (output->staging.parent >= 0)
		close(output->staging.parent);
	if (failed && output->made)
		rmdir(output->parent);
	free(output->parent);
	free(output->name);
}

int image_output_open(struct image_output *output, const struct location *place, bool whole,
		      bool force, int scratch, struct error *err)
{
	*output = (struct image_output){
		.place = place, .tag = whole ? NULL : place->tag, .force = force, .stream = -1,
		.staging = { .parent = -1, .fd = scratch },
	};
	if (place->kind == LOCATION_DIRECTORY || place->kind == LOCATION_TAR)
		return error_set(err, STATUS_USAGE, "cannot write an image to '%s': the place must "
				 "be oci:, oci-archive:, docker-archive: or docker://",
				 place->path);
	if (place->standard)
		output->stream = STDOUT_FILENO;
	if (place->kind == LOCATION_REGISTRY) {
		output->stream = file_open_unnamed(scratch);
		if (output->stream < 0)
			return error_errno(err, STATUS_FILE, "cannot keep the image for '%s'",
					   place->path);
	}
	if (output->stream >= 0)
		return 0;
	if (open_parent(output, err) == 0 && check_replaceable(output, err) == 0
	    && staging_open(&output->staging, output->staging.parent, output->parent, err) == 0)
		return 0;
	close_parent(output, true);
	return -1;
}

static int write_to(void *context, const void *bytes, size_t length)
{
	return file_write_all(*(const int *)context, bytes, length);
}

static int publish(const struct image_output *output, const struct tree *layout,
		   const struct image_output_source *source, struct error *err)
{
	const struct staging *staging = &output->staging;
	int to = output->stream;

	if (to >= 0)
		return layer_stream(layout, write_to, &to, output->place->standard
				    ? "standard output" : output->place->path, err) < 0
		       ? -1 : source->confirm(source->context, err);
	if (layer_write(layout, staging->fd, output->name, output->place->path, err) < 0
	    || check_replaceable(output, err) < 0)
		return -1;
	return staging_publish(&(struct staging_move){ staging, output->name, false }, 1,
			       source->confirm, source->context, err);
}

/* The same for a layout, with what is kept of the old one; then not only new files are flushed. */
static int publish_layout(const struct image_output *output, const struct tree *layout,
			  const struct kept *kept, const struct image_output_source *source,
			  struct error *err)
{
	const struct staging *staging = &output->staging;

	if (rootfs_write(layout, staging->fd, output->name, err) < 0)
		return -1;
	if (kept && (kept_link(kept, staging->fd, output->name, layout, err) < 0
		     || staging_flush_all(staging, err) < 0))
		return -1;
	return staging_publish(&(struct staging_move){ staging, output->name, false }, 1,
			       source->confirm, source->context, err);
}

/* Reads what is there now; others could have added tags since image_output_open. */
static int write_layout(const struct image_output *output, struct tree *layout,
			const struct image_output_source *source, struct error *err)
{
	struct kept kept;
	struct stat st;
	int there = find(output, &st, err), result;

	if (there <= 0)
		return there < 0 || source->fill(source->context, layout, NULL, err) < 0
		       ? -1 : publish_layout(output, layout, NULL, source, err);
	result = kept_open(&kept, output->place, output->tag, err);
	if (result == 0)
		result = source->fill(source->context, layout, output->tag ? &kept : NULL, err);
	if (result == 0)
		result = publish_layout(output, layout, &kept, source, err);
	kept_close(&kept);
	return result;
}

int image_output_write(const struct image_output *output, const struct image_output_source *source,
		       struct error *err)
{
	struct tree layout;
	int result;

	/* Of two runs that add to one layout the second has to see what the first one added. */
	if (output->staging.parent >= 0 && flock(output->staging.parent, LOCK_EX) < 0
	    && interrupt_check(err) < 0)
		return -1;
	tree_init(&layout, source->epoch);
	if (output->place->kind == LOCATION_OCI)
		result = write_layout(output, &layout, source, err);
	else
		result = source->fill(source->context, &layout, NULL, err) < 0
			 ? -1 : publish(output, &layout, source, err);
	if (output->staging.parent >= 0)
		flock(output->staging.parent, LOCK_UN);
	tree_free(&layout);
	return result;
}

int image_output_close(struct image_output *output, int result, struct error *err)
{
	/* A new output stays where only its remains cannot be removed. */
	const bool failed = result < 0;

	if (output->stream > STDERR_FILENO)
		close(output->stream);
	if (output->stream >= 0)
		return result;
	result = staging_end(&output->staging, result, err);
	close_parent(output, failed);
	return result;
}
