/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_KEPT_H
#define BUNDLER_BUILD_KEPT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "image/image.h"
#include "image/location.h"
#include "image/walk.h"
#include "tree/tree.h"

/*
 * What is at a place that gets an image: whether bundler made it and, of a layout, the images and
 * blobs that stay when one tag is set.
 */
struct kept {
	struct walk walk;
	const char *tag;		/* that will be set, or NULL: the only image is replaced */
	bool moving;			/* the walk follows what is replaced, not the rest */
	bool foreign;			/* something of it is not bundler's */
	struct image_document index;	/* index.json */
	json_t *lists;			/* of referrers, by their tags (image/listing.h) */
	bool *dropped;			/* by entry: only what is replaced needs it */
	bool *is_list;			/* by entry: one of lists, which a longer one may replace */
};

/*
 * Reads the place, a layout or an archive. STATUS_FILE if it is neither empty nor bundler's, or for
 * a layout without tag if it has several images, or one of others; STATUS_LIMIT. kept_close in any
 * case.
 */
int kept_open(struct kept *kept, const struct location *place, const char *tag, struct error *err);
void kept_close(struct kept *kept);

/*
 * Adds the blobs that stay to a new layout, which was written as name below dirfd, as links to the
 * old files if possible, and gives its directories their time again. Not flushed. STATUS_FILE.
 */
int kept_link(const struct kept *kept, int dirfd, const char *name, const struct tree *layout,
	      struct error *err);

#endif
