/* SPDX-License-Identifier: Apache-2.0 */
/* Reads back what was built, without files. */
#include "audit/built.h"

#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"

/* Parses a document that was built, which is believed. */
static int read_document(struct image_document *document, const struct content *content,
			 struct error *err)
{
	struct buffer text;
	char chunk[4096];
	ssize_t got;
	const char *fault = NULL;

	buffer_init(&text, LIMIT_INDEX_BYTES);
	while ((got = content_read(content, chunk, sizeof chunk, text.length)) > 0)
		if (buffer_add(&text, chunk, (size_t)got) < 0)
			break;
	if (got == 0)
		fault = document_parse(&document->json, &text);
	document->digest = content->digest;
	buffer_free(&text);
	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read back a document");
	if (got > 0)
		return error_set(err, STATUS_LIMIT, "cannot read back a document: it is too large");
	return fault ? error_set(err, STATUS_CONFIG, "cannot read back a document: %s", fault) : 0;
}

/*
 * Makes an image that was built comparable; tree, what its layer was made of, is taken over. built
 * is not needed any more afterwards, and its documents are believed.
 */
static int image_of(struct image *image, const struct oci_image *built, struct tree *tree,
		    struct error *err)
{
	*image = (struct image){
		.platform = built->platform->name, .has_manifest = true,
		.layer_count = 1, .tree = *tree, .has_tree = true,
	};
	*tree = (struct tree){ .nodes = NULL };
	image->layers = pool_new(&image->pool, 1, sizeof *image->layers);
	image->layers[0] = (struct image_layer){
		.digest = built->layer.blob.digest, .size = built->layer.blob.size,
		.has_diff_id = true, .diff_id = built->layer.diff_id,
	};
	if (read_document(&image->config, &built->config, err) < 0)
		return -1;
	return read_document(&image->manifest, &built->manifest, err);
}

/* Reads a file of the layout as a table, if it is there. */
static int read_table(struct image_document *table, const struct tree *layout, const char *path,
		      struct error *err)
{
	const struct tree_node *node = tree_find(layout, path);

	return node ? read_document(table, &node->content, err) : 0;
}

/* index.json of several images leads to an image index, which lists them. */
static int read_nested(struct observe_images *images, const struct tree *layout, struct error *err)
{
	char path[sizeof "/blobs/sha256/" + DIGEST_HEX_BYTES] = "/blobs/sha256/";
	struct image_index index;

	document_index(&images->index.json, &index);
	if (index.count != 1 || index.manifests[0].media->kind != MEDIA_INDEX)
		return 0;
	digest_write_hex(&index.manifests[0].digest, path + strlen(path));
	images->nested = pool_new(&images->pool, 1, sizeof *images->nested);
	images->nested[0] = pool_new(&images->pool, 1, sizeof **images->nested);
	images->nested_count = 1;
	return read_table(images->nested[0], layout, path, err);
}

static int read_layout(struct observe_images *images, const struct tree *layout, struct error *err)
{
	if (read_table(&images->layout, layout, "/oci-layout", err) < 0
	    || read_table(&images->index, layout, "/index.json", err) < 0
	    || read_table(&images->docker, layout, "/manifest.json", err) < 0)
		return -1;
	return read_nested(images, layout, err);
}

/*
 * Gives each image what the tables have about it, in the order in which oci_layout_fill wrote them.
 */
static void settle(struct observe_images *images)
{
	const struct image_document *table = images->nested_count > 0 ? images->nested[0]
								    : &images->index;
	const json_t *manifests = json_object_get(table->json.root, "manifests");

	for (size_t i = 0; i < images->count; i++) {
		images->items[i].descriptor = json_array_get(manifests, i);
		images->items[i].docker = json_array_get(images->docker.json.root, i);
	}
}

int built_images(struct observe_images *images, struct oci_image *built, struct tree *trees,
		 size_t count, const struct oci_style *style, struct error *err)
{
	struct tree layout;
	int result;

	*images = (struct observe_images){ .items = memory_new(count, sizeof *images->items) };
	while (images->count < count) {
		size_t number = images->count++;

		if (image_of(&images->items[number], &built[number], &trees[number], err) < 0)
			return -1;
	}
	tree_init(&layout, 0);
	result = oci_layout_fill(&layout, built, count, style, err);
	if (result == 0)
		result = read_layout(images, &layout, err);
	settle(images);
	tree_free(&layout);
	return result;
}

void built_free(struct oci_image *built, struct tree *trees, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		oci_image_free(&built[i]);
		tree_free(&trees[i]);
	}
}
