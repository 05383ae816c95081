/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the layers of an image and lays them over one another. */
#include "audit/observe_layers.h"

#include <errno.h>
#include <stdlib.h>

#include "audit/observe_tar.h"
#include "audit/overlay.h"
#include "base/limits.h"
#include "image/layer_input.h"

static int refuse(const struct observe_images *images, enum status status, const char *reason,
		  struct error *err)
{
	return error_set(err, status, "cannot read '%s': %s", images->walk.place, reason);
}

/* Why layer_input could not go on. */
static int fail(const struct observe_images *images, struct error *err)
{
	if (errno == EFBIG)
		return refuse(images, STATUS_LIMIT, "it unpacks to too much", err);
	return error_errno(err, errno == EINTR ? STATUS_INTERRUPTED : STATUS_FILE,
			   "cannot read '%s'", images->walk.place);
}

/* Reads the tar, as far as it goes, and then what the layer's digests need. */
static int read_input(struct observe_images *images, struct layer_input *input, struct pool *pool,
		      struct image_layer *layer, struct observe *observe, struct error *err)
{
	struct layer_sums sums;
	const char *fault;

	if (observe_tar_layer(observe, input, err) < 0) {
		if (err->status != STATUS_ARCHIVE)
			return -1;
		layer->fault = pool_string(pool, observe->fault);
	}
	if (layer_input_end(input, &sums, &fault) < 0)
		return fail(images, err);
	if (fault)
		layer->fault = fault;
	layer->has_diff_id = !fault;
	layer->diff_id = sums.diff_id;
	layer->digest = sums.digest;
	layer->size = sums.size;
	return 0;
}

/* Reads one layer and puts its tree over those below it. */
static int read_layer(struct observe_images *images, struct image *image, struct image_layer *layer,
		      const struct observe_reference *reference, uint32_t *groups,
		      struct error *err)
{
	enum compression compression;
	struct layer_input *input;
	struct files_reader file;
	struct observe observe;
	struct tree upper;
	char *fault;
	int result;

	if (files_reader_open(&file, images->walk.files, layer->file.entry, err) < 0)
		return -1;
	tree_init(&upper, 0);
	observe_begin(&observe, &upper, images->walk.place, reference);
	observe.sizes = images->sizes;
	observe_upon(&observe, &image->tree);
	observe.groups = *groups;
	if (layer_input_compression(&file, &compression) < 0) {
		result = fail(images, err);
	} else {
		input = layer_input_open(&file, compression, &images->budget);
		result = read_input(images, input, &image->pool, layer, &observe, err);
		layer_input_close(input);
	}
	files_reader_close(&file);
	*groups = observe.groups;
	fault = result == 0 && !layer->fault ? overlay_apply(&image->tree, &upper) : NULL;
	if (fault)
		layer->fault = pool_string(&image->pool, fault);
	free(fault);
	tree_free(&upper);
	return result;
}

int observe_layers_read(struct observe_images *images, struct image *image,
			const struct observe_reference *reference, struct error *err)
{
	uint32_t groups = 0;

	if (image->layer_count > LIMIT_LAYERS)
		return refuse(images, STATUS_LIMIT, "an image in it has too many layers", err);
	images->budget = layer_input_budget(walk_stored_bytes(&images->walk));
	tree_free(&image->tree);
	tree_init(&image->tree, 0);
	image->tree.nodes[0].observed.unstated = true;
	image->has_tree = !image->manifest.fault;
	images->sizes = (struct observe_sizes){ .nodes = 0 };
	for (size_t i = 0; i < images->count; i++)
		if (&images->items[i] != image)
			observe_count(&images->sizes, &images->items[i].tree);
	for (size_t i = 0; i < image->layer_count; i++) {
		struct image_layer *layer = &image->layers[i];
		const struct image_file *file = &layer->file;

		layer->fault = file->entry ? NULL : "it is not there";
		if (file->entry && read_layer(images, image, layer, reference, &groups, err) < 0)
			return -1;
		if (file->entry && !reference)
			walk_note(&images->walk, file, &layer->digest);
		image->has_tree = image->has_tree && !layer->fault;
	}
	return 0;
}
