/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_IMAGE_H
#define BUNDLER_AUDIT_IMAGE_H

#include "audit/audit.h"
#include "audit/observe_images.h"
#include "image/image.h"

/*
 * Compares two images, but for their trees: platform, config, annotations, layers, manifest. Notes
 * are a layer that unpacks to the same tar, which is another compressor's work, the digest of a
 * manifest that differs by nothing else, that docker's older archives have no manifest, and that an
 * index does not say for what platform an image is.
 */
void audit_image(struct audit *audit, const struct image *expected, const struct image *found);

/* Adds an image that only one of two places has: expected or found is NULL. */
void audit_image_alone(struct audit *audit, const struct image *expected,
		       const struct image *found);

/*
 * Compares what is around the images of two places: tables of contents, as far as both have them
 * and no image is left out, and files that belong to none of the images. These are notes, since
 * they do not change what is run. Files that are not what a place says of them are differences.
 */
void audit_image_places(struct audit *audit, const struct observe_images *expected,
			const struct observe_images *found);

#endif
