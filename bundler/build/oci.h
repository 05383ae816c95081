/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_OCI_H
#define BUNDLER_BUILD_OCI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/content.h"
#include "base/error.h"
#include "base/platform.h"
#include "image/media.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

/*
 * OCI images (image-spec 1.1): the blobs of an image for each platform, and their layout. A layout
 * is a tree, so rootfs_write and layer_write write it as a directory or a tar. The order of keys,
 * and which are left out, are as Docker Official Images' importers require.
 */

/* The one layer of an image. */
struct oci_layer {
	enum compression compression;
	struct content blob;
	struct digest diff_id;		/* of the tar (config.md, "Layer DiffID") */
};

/*
 * Makes the layer of a tree. A large blob is kept on the file system of directory; compression runs
 * in a second thread. name is for messages. Caller frees with content_free(&layer->blob).
 */
int oci_layer_make(struct oci_layer *layer, const struct tree *tree,
		   enum compression compression, int directory, const char *name,
		   struct error *err);

/* The same from a descriptor of an archive that `bundler rootfs` wrote. STATUS_LIMIT. */
int oci_layer_pack(struct oci_layer *layer, int archive, enum compression compression,
		   int directory, const char *name, struct error *err);

/* The image of one platform. */
struct oci_image {
	const struct platform *platform;
	struct oci_layer layer;
	struct content config, manifest;
};

/* Makes image empty, so that oci_image_free can free it. */
void oci_image_init(struct oci_image *image);

/* What is written beside the images of a layout, and is about them. */
struct oci_beside {
	json_t *entries;	/* of the index, which even one image then has; or NULL */
	json_t *lists;		/* of referrers (image/listing.h), by their tags; or NULL */
	struct content *blobs;	/* that entries and lists lead to; taken over */
	size_t blob_count;
};

/* How a layout is written. */
struct oci_style {
	const char *name;	/* of the repository, for docker's table of contents */
	const char *tag;	/* or NULL */
	bool docker;		/* with manifest.json, for docker load */
	/* Of the layout that gets the images: index.json, and its lists of referrers; or NULL. */
	const json_t *index, *lists;
	struct oci_beside *beside;	/* or NULL */
	bool doi;		/* as Docker Official Images review it: indented, blobs are links */
};

/*
 * Makes config and manifest of an image; its platform and layer are set before. flavour is NULL for
 * the recipe's own user and working directory. STATUS_CONFIG for an unusable template or text.
 */
int oci_image_describe(struct oci_image *image, const struct recipe *recipe,
		       const struct lock *lock, const struct recipe_flavour *flavour, int64_t epoch,
		       const struct oci_style *style, struct error *err);

void oci_image_free(struct oci_image *image);

/* Whether a layout of so many images has an index of them. */
bool oci_has_index(size_t count, const struct oci_style *style);

/* The bytes of that index. Caller frees with content_free. */
struct content oci_index(const struct oci_image *images, size_t count,
			 const struct oci_style *style);

/*
 * Fills an empty tree with the layout of count images: oci-layout, index.json, the blobs. Takes
 * over the images' contents. index.json points to the one image, or to an index of several. Entries
 * of style->index with another tag stay, and are in the order of their tags if they were.
 */
int oci_layout_fill(struct tree *tree, struct oci_image *images, size_t count,
		    const struct oci_style *style, struct error *err);

/*
 * Adds oci-layout and index.json to a tree: entry, which is taken over, gets the style's names, and
 * is put to the entries of style->index as by oci_layout_fill. Each of lists, an object of lists of
 * referrers by their tags, or NULL, is added as a blob, behind what style->lists has of it.
 */
int oci_layout_tables(struct tree *tree, json_t *entry, json_t *lists,
		      const struct oci_style *style, struct error *err);

/* Adds a blob to the tree of a layout, unless it has it, and takes the blob over. */
int oci_layout_add(struct tree *tree, struct content *blob, struct error *err);

/* Whether this index.json is from a layout of oci_layout_fill. */
bool oci_index_is_ours(const json_t *root);

/* Whether oci_image_describe made this manifest. */
bool oci_manifest_is_ours(const json_t *root);

/* Whether an entry of an index.json has this tag. */
bool oci_has_tag(const json_t *entry, const char *tag);

#endif
