#ifndef BUNDLER_AUDIT_IMAGE_H
#define BUNDLER_AUDIT_IMAGE_H

#include "audit.h"
#include "image.h"
#include "images.h"

/*
 * Compares two images, but for their trees: platform, config, annotations, layers, manifest. A layer that
 * unpacks to the same tar is another compressor's work and a note, and so is the digest of a manifest that
 * differs by nothing else. What docker's older archives do not have, a manifest, is a note, too.
 */
void audit_image(struct audit *audit, const struct image *expected, const struct image *found);

/* Adds an image that only one of two places has: expected or found is NULL. */
void audit_image_alone(struct audit *audit, const struct image *expected, const struct image *found);

/*
 * Compares what is around the images of two places: tables of contents, as far as both have them, and
 * files that belong to none of the images, which are notes, since they do not change what is run; the
 * platforms in an index, which do; and files that are not what the second place says of them.
 */
void audit_image_places(struct audit *audit, const struct images *expected,
			const struct images *found);

#endif
