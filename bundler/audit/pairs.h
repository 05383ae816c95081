/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_PAIRS_H
#define BUNDLER_AUDIT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/observe_images.h"
#include "base/platform.h"

/* The images of a place by platform, and those of two places side by side. */

bool pairs_have(const struct observe_images *images, const struct platform *platform);

/* Leaves out the images of all platforms but these. */
void pairs_choose(struct observe_images *images, const struct platform *const *platforms,
		  size_t count);

/* Two images to compare; one of them is NULL when the other has no counterpart. */
struct pair {
	struct image *expected, *found;
};

/*
 * Pairs the images of two places by platform, those with one digest first; in the order of expected
 * and then of found. The caller frees the array.
 */
struct pair *pairs_match(const struct observe_images *expected, const struct observe_images *found,
			 size_t *count);

#endif
