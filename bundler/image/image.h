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

/*
 * One image for one platform, in one form for those that are at a place and those that were built.
 */

struct image_layer {
	const struct files_entry *entry;	/* its file in the place; NULL when there is none */
	bool stated;		/* a manifest says what the blob is: */
	struct digest stated_digest;
	uint64_t stated_size;
	const char *fault;	/* why it cannot be read as a tar, or NULL */
	struct digest digest;	/* of the blob */
	uint64_t size;		/* of the blob */
	bool has_diff_id;	/* its compression is whole */
	struct digest diff_id;	/* of the tar in it */
};

struct image {
	const char *platform;	/* its canonical name, if it is known, else as it is stated */
	bool has_manifest;	/* docker's older archives have none */
	struct digest manifest_digest, config_digest;
	struct document manifest, config;	/* root is NULL for what is not JSON */
	const char *manifest_fault, *config_fault;	/* why it is not, or NULL */
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
