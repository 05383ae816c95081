/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_LAYER_MEMBERS_H
#define BUNDLER_VALIDATE_LAYER_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/findings.h"
#include "base/pool.h"
#include "image/layer_input.h"
#include "unpack/binary.h"
#include "unpack/tar.h"

/* What is in a layer, by name, and what is wrong with it (image-spec layer.md). */

struct layer_member {
	const char *name;	/* without "./" before it and slashes behind; "" is the root */
	const char *target;	/* of a link, else NULL; of a hard link a name as those here */
	const char *interpreter;	/* that an executable file states, or NULL */
	enum tar_type type;
	bool executable;
	uint8_t head_length;	/* of an executable file's first bytes */
	uint8_t head[BINARY_HEAD_BYTES];
	uint32_t number;	/* of the member in the archive */
};

struct layer_members {
	struct layer_member *entries;	/* sorted by name, what is below one right behind it */
	size_t count, capacity;
	bool whole;			/* the archive was read to its end */
	const char *whiteout;		/* the first one's name, or NULL */
	struct pool pool;
};

/* What all layers of an image place may have together. */
struct layer_budget {
	uint64_t members;
	uint64_t names;		/* bytes */
};

/*
 * Reads the layer in input, adds what is wrong with it to findings under subject, and fills
 * members, which layer_members_free frees also on failure. A layer that breaks off is listed up to
 * there.
 * -1 with errno set: as layer_input_source says, and E2BIG when the budget is used up.
 */
int layer_members_read(struct layer_members *members, struct layer_input *input,
		       struct layer_budget *budget, struct findings *findings, const char *subject);
void layer_members_free(struct layer_members *members);

/* The order of entries: bytes of names, but a slash is the lowest. */
int layer_members_compare(const char *one, const char *other);

/* The entry of exactly this name, or NULL. */
const struct layer_member *layer_members_find(const struct layer_members *members,
					      const char *name);

#endif
