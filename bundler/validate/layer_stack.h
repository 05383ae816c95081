/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_LAYER_STACK_H
#define BUNDLER_VALIDATE_LAYER_STACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/findings.h"
#include "validate/layer_members.h"

/* The layers of an image over one another (image-spec layer.md, "Applying Changesets"). */

struct layer_stack {
	const struct layer_members *const *layers;	/* the lowest first, at most LIMIT_LAYERS */
	const char *const *names;	/* of their blobs */
	size_t count;
	uint64_t *lookups;	/* that may still be made, one for each member and each search */
	struct layer_place *visible;	/* by name: what is neither hidden nor replaced */
	size_t visible_count;
};

/*
 * Lays the layers over one another, and adds what goes through something that is no directory in a
 * layer below to findings: container engines disagree about it. layer_stack_close in any case.
 */
void layer_stack_open(struct layer_stack *stack, struct findings *findings);
void layer_stack_close(struct layer_stack *stack);

/*
 * The entry that path leads to from an absolute directory, or NULL, also when no lookups are left.
 * Symbolic links are followed within the image, as a container would, and a hard link is the file
 * that it leads to in its layer.
 */
const struct layer_member *layer_stack_find(const struct layer_stack *stack, const char *directory,
					    const char *path);

#endif
