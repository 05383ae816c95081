/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_IMAGE_OUTPUT_H
#define BUNDLER_BUILD_IMAGE_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/staging.h"
#include "build/oci.h"
#include "image/location.h"

/* The place where an image is written: a layout's directory, or a tar that holds one. */
struct image_output {
	const struct location *place;
	char *parent;		/* the directory that it is in */
	char *made;		/* the first one of parent that was not there, or NULL */
	char *name;		/* of the output, below staging.parent */
	struct staging staging;
};

/*
 * Prepares writing to a place of a kind that holds images: its directory is made when it is not
 * there, and what is to be replaced is looked at. A file is replaced; a directory only when it is
 * a layout that bundler made. STATUS_USAGE for another kind of place, STATUS_FILE.
 */
int image_output_open(struct image_output *output, const struct location *place, struct error *err);

/*
 * Writes the layout of count images, whose contents it takes over, beside its place, flushed, moves
 * it there, and confirms. epoch is the time of its files. STATUS_FILE, and then what was there is
 * there still; and as oci_layout_fill.
 */
int image_output_write(const struct image_output *output, struct oci_image *images, size_t count,
		       const struct oci_style *style, int64_t epoch, staging_confirm *confirm,
		       void *context, struct error *err);

/* Removes what was not published; after a failure the directories made for it, too. */
void image_output_close(struct image_output *output, bool failed);

#endif
