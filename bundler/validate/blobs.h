/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_BLOBS_H
#define BUNDLER_VALIDATE_BLOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/findings.h"
#include "image/layer_input.h"
#include "image/walk.h"
#include "validate/layer_members.h"

/*
 * The files of an image while it is validated: each is hashed, and each layer unpacked, once,
 * however many refer to it. What is wrong with one becomes a finding; what cannot be read ends the
 * whole.
 */

/* A layer, listed. */
struct blobs_layer {
	bool unpacked;		/* the DiffID is known; else only the blob's digest */
	struct layer_sums sums;
	struct layer_members members;
};

/* What is known of an entry of the place, beside what the walk knows. */
struct blobs_state {
	bool entered;		/* an index or manifest that was looked at */
	/* Of the file that an entry leads to, by how it is taken to be compressed: */
	struct blobs_layer *layers[COMPRESSIONS_OF_LAYERS];
	const char *os, *architecture, *variant;	/* of a manifest's image, or NULL */
};

struct blobs {
	struct walk walk;
	struct findings *findings;
	bool strict;
	struct blobs_state *states;	/* by entry */
	uint64_t unpacked;	/* bytes that layers may still unpack to */
	uint64_t lookups;	/* that layer_stack may still make */
	struct layer_budget members;
	struct pool pool;
};

/* Opens a place for a visitor, whose context this is. As walk_open; blobs_close in any case. */
int blobs_open(struct blobs *blobs, const struct location *place,
	       const struct walk_visitor *visitor, struct error *err);
void blobs_close(struct blobs *blobs);

/* What is known of an entry. */
struct blobs_state *blobs_state(const struct blobs *blobs, const struct files_entry *entry);

/* More than one of limits.h's maxima allows. Returns -1. */
int blobs_limit(const struct blobs *blobs, const char *reason);

/* How the content of a layer is compressed, judged by its first bytes. */
int blobs_compression(struct blobs *blobs, const struct image_file *file,
		      enum compression *compression);

/* Reads a layer, which stays with blobs, and compares it with its descriptor. */
int blobs_layer(struct blobs *blobs, const struct image_file *file,
		enum compression compression, const struct blobs_layer **layer);

#endif
