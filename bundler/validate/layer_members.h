#ifndef BUNDLER_LISTING_H
#define BUNDLER_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/findings.h"
#include "base/pool.h"
#include "image/layer_input.h"
#include "unpack/binary.h"
#include "unpack/tar.h"

/* What is in a layer, by name, and what is wrong with it (image-spec layer.md). */

struct listing_entry {
	const char *name;	/* without "./" before it and slashes behind; "" is the root */
	const char *target;	/* of a link, else NULL */
	enum tar_type type;
	bool executable;
	uint8_t head_length;	/* of an executable file's first bytes */
	uint8_t head[BINARY_HEAD_BYTES];
	uint32_t number;	/* of the member in the archive */
};

struct listing {
	struct listing_entry *entries;	/* sorted by name, what is below one right behind it */
	size_t count, capacity;
	bool whole;			/* the archive was read to its end */
	const char *whiteout;		/* the first one's name, or NULL */
	struct pool pool;
};

/* What all layers of an image place may have together. */
struct listing_budget {
	uint64_t members;
	uint64_t names;		/* bytes */
};

/*
 * Reads the layer in input, adds what is wrong with it to findings under subject, and fills
 * listing, which listing_free frees also on failure. A layer that breaks off is listed up to there.
 * -1 with errno set: as layer_input_source says, and E2BIG when the budget is used up.
 */
int listing_read(struct listing *listing, struct layer_input *input, struct listing_budget *budget,
		 struct findings *findings, const char *subject);
void listing_free(struct listing *listing);

/* The entry of exactly this name, or NULL. */
const struct listing_entry *listing_find(const struct listing *listing, const char *name);

#endif
