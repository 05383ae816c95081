/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_LAYER_INPUT_H
#define BUNDLER_IMAGE_LAYER_INPUT_H

#include <stdint.h>

#include "base/digest.h"
#include "image/files.h"
#include "image/media.h"
#include "unpack/tar.h"

/*
 * The blob of a layer as the tar in it, uncompressed on the way. Both are hashed as they pass, so
 * that one reading gives the digest of the blob and the DiffID (image-spec config.md, "Layer
 * DiffID").
 */
struct layer_input;

/* How many bytes the layers of a place may unpack to, whose files have stored bytes together. */
uint64_t layer_input_budget(uint64_t stored);

/* How a layer is compressed, by its first bytes. -1 with errno set when it cannot be read. */
int layer_input_compression(const struct files_reader *file, enum media_compression *compression);

/*
 * Begins at the start of file, which stays the caller's. Not more than *budget bytes of tar are
 * given, and what was given is taken off it. Ended by layer_input_close.
 */
struct layer_input *layer_input_open(const struct files_reader *file,
				     enum media_compression compression, uint64_t *budget);
void layer_input_close(struct layer_input *input);

/*
 * What tar_open reads it by. It ends with a fault when the compressed stream is not whole; with
 * errno set to EFBIG when the budget is used up, to EINTR when a signal has arrived.
 */
struct tar_source layer_input_source(struct layer_input *input);

/* Why the compressed stream is not whole, as far as it was read, or NULL. */
const char *layer_input_fault(const struct layer_input *input);

/* What a whole layer is. */
struct layer_sums {
	struct digest digest, diff_id;	/* of the blob as it is stored, and of the tar */
	uint64_t size, tar_size;
};

/*
 * Reads what is left and fills sums. When the compressed stream is not whole *fault says so and
 * sums are those of the blob alone; else *fault is NULL. -1 with errno set as for the source.
 */
int layer_input_end(struct layer_input *input, struct layer_sums *sums, const char **fault);

#endif
