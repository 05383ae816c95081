/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_IMAGE_H
#define BUNDLER_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/pool.h"
#include "image/document.h"
#include "image/files.h"
#include "tree/tree.h"

/* What a file of an image place is to a document that refers to it. */
enum image_role {
	/* tables of contents */
	IMAGE_LAYOUT, IMAGE_INDEX_FILE, IMAGE_DOCKER, IMAGE_REPOSITORIES,
	/* what they lead to */
	IMAGE_INDEX, IMAGE_MANIFEST, IMAGE_CONFIG, IMAGE_LAYER, IMAGE_BLOB
};

/* A file of a place, as something refers to it. */
struct image_file {
	enum image_role role;
	const char *name;	/* in the place; NULL when a descriptor leads to nothing */
	const char *user;	/* name of the document that refers to it; NULL for a table */
	const struct descriptor *descriptor;	/* by which it does, or NULL */
	const struct files_entry *entry;	/* NULL when there is no file to read */
};

/* A document of a place, or one that was built: only json and digest. */
struct image_document {
	struct image_file file;
	struct document json;	/* root is NULL for what is not JSON */
	struct digest digest;
	const char *fault;	/* why it cannot be used, or NULL */
};

/*
 * One image for one platform, in one form for those that are at a place and those that were built.
 */

struct image_layer {
	struct image_file file;	/* of a place */
	const char *fault;	/* why it cannot be read as a tar, or NULL */
	struct digest digest;	/* of the blob */
	uint64_t size;		/* of the blob */
	bool has_diff_id;	/* its compression is whole */
	struct digest diff_id;	/* of the tar in it */
};

struct image {
	const char *platform;	/* its canonical name, if it is known, else as it is stated */
	bool has_manifest;	/* docker's older archives have none */
	struct image_document manifest, config;
	const struct image_manifest *manifest_fields;	/* of a place, where they were read */
	const struct image_config *config_fields;
	const json_t *descriptor;	/* of the manifest, in an index; or NULL */
	const json_t *docker;		/* what manifest.json has about it, or NULL */
	struct image_layer *layers;
	size_t layer_count;
	struct tree tree;	/* of all layers together, as observed or as built */
	bool has_tree;		/* it is whole */
	struct pool pool;
};

void image_free(struct image *image);

/* The canonical name of a platform in the words of a document, in pool. */
const char *image_platform(struct pool *pool, const char *os, const char *architecture,
			   const char *variant);

#endif
