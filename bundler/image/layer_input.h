/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_LAYER_INPUT_H
#define BUNDLER_IMAGE_LAYER_INPUT_H

#include <stdint.h>

#include "base/digest.h"
#include "image/files.h"
#include "image/media.h"
#include "unpack/tar.h"

/*
 * Reads the tar in a layer's blob, uncompressing it. Hashes both in the same pass, which gives the
 * digest of the blob and the DiffID (image-spec config.md, "Layer DiffID").
 */
struct layer_input;

/* How many bytes the layers of a place may unpack to, if its files have stored bytes in sum. */
uint64_t layer_input_budget(uint64_t stored);

/* How a layer is compressed, by its first bytes. -1 with errno set when it cannot be read. */
int layer_input_compression(const struct files_reader *file, enum compression *compression);

/*
 * Begins at the start of file, which the caller closes after layer_input_close. At most *budget
 * bytes of tar are read; they are subtracted from it.
 */
struct layer_input *layer_input_open(const struct files_reader *file,
				     enum compression compression, uint64_t *budget);
void layer_input_close(struct layer_input *input);

/*
 * The source for tar_open. Fails with a fault if the compressed stream is not whole, with EFBIG
 * beyond the budget, and with EINTR after a signal.
 */
struct tar_source layer_input_source(struct layer_input *input);

/* Why the compressed stream, as far as it was read, is not whole; or NULL. */
const char *layer_input_fault(const struct layer_input *input);

/* Digests and sizes of a whole layer. */
struct layer_sums {
	struct digest digest, diff_id;	/* of the stored blob, and of the tar */
	uint64_t size, tar_size;
};

/*
 * Reads the rest and fills sums. If the compressed stream is not whole, *fault is the reason and
 * sums has only the blob's; else *fault is NULL. -1 with errno set as for the source.
 */
int layer_input_end(struct layer_input *input, struct layer_sums *sums, const char **fault);

#endif
