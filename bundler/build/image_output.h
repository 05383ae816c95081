/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_IMAGE_OUTPUT_H
#define BUNDLER_BUILD_IMAGE_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/staging.h"
#include "build/oci.h"
#include "image/location.h"

/* The place where an image is written: a layout's directory, or a tar of a layout. */
struct image_output {
	const struct location *place;
	char *parent;		/* path of the directory of the output */
	char *made;		/* its first directory that did not exist, or NULL */
	char *name;		/* of the output, below staging.parent */
	struct staging staging;
};

/*
 * Prepares writing to a place: makes the directory of the output if it is missing, and checks that
 * the output can be replaced. A file can; a directory only if it is a layout that bundler made.
 * STATUS_USAGE for a place that is not for images, STATUS_FILE.
 */
int image_output_open(struct image_output *output, const struct location *place, struct error *err);

/*
 * Writes the layout of count images, flushed, and publishes it; confirm as in staging_publish.
 * Takes over the images' contents. epoch is the time of its files. Fails as oci_layout_fill, or
 * with STATUS_FILE, and leaves the place unchanged.
 */
int image_output_write(const struct image_output *output, struct oci_image *images, size_t count,
		       const struct oci_style *style, int64_t epoch, staging_confirm *confirm,
		       void *context, struct error *err);

/* Removes what was not published and, after a failure, the directories that were made. */
void image_output_close(struct image_output *output, bool failed);

#endif
