/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_IMAGE_OUTPUT_H
#define BUNDLER_BUILD_IMAGE_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/staging.h"
#include "build/oci.h"
#include "image/location.h"

/* The place where an image is written: a layout's directory, a tar of a layout, standard output. */
struct image_output {
	const struct location *place;
	const char *tag;	/* of a layout, to be set; NULL if all of it is replaced */
	bool force;		/* replace any regular file */
	char *parent;		/* path of the directory of the output */
	bool made;		/* it did not exist before */
	char *name;		/* of the output, below staging.parent */
	struct staging staging;	/* for standard output only its fd, the caller's */
};

/*
 * Prepares writing to a place: makes the directory of the output if it is missing, but not that
 * one's parents, and checks that the output can be replaced. An archive can if it is an empty file,
 * one that bundler made, or with force any regular file; a layout if the directory is empty or
 * bundler made it and, if place has no tag or style is doi, it has no more than one image. scratch
 * is a directory for large contents, if the place is standard output. STATUS_USAGE for a place that
 * is not for images, STATUS_FILE.
 */
int image_output_open(struct image_output *output, const struct location *place,
		      const struct oci_style *style, bool force, int scratch, struct error *err);

/*
 * Writes the layout of count images, flushed, and publishes it; confirm as in staging_publish. If
 * the place has a tag, a layout's images with other tags stay. Takes over the images'
 * contents. epoch is the time of its files. Fails as oci_layout_fill, or with STATUS_FILE, and
 * leaves the place unchanged.
 */
int image_output_write(const struct image_output *output, struct oci_image *images, size_t count,
		       const struct oci_style *style, int64_t epoch, staging_confirm *confirm,
		       void *context, struct error *err);

/*
 * Removes what was not published and, after a failure, the directory that was made. result is
 * the run's; returned as by staging_end.
 */
int image_output_close(struct image_output *output, int result, struct error *err);

#endif
