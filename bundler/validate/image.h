/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_IMAGE_H
#define BUNDLER_VALIDATE_IMAGE_H

#include <stdbool.h>

#include "image/image.h"
#include "validate/blobs.h"

/*
 * Whether the configuration of an image that was read agrees with its layers: DiffIDs, history,
 * platform and program. layers has one for each of the image's, NULL for one that was not looked
 * at. STATUS_LIMIT.
 */
int validate_image(struct blobs *blobs, const struct image *image,
		   const struct blobs_layer *const *layers);

/* Whether a descriptor's platform is this one, other spellings of its variant included. */
bool validate_image_same_platform(const struct descriptor *descriptor, const char *os,
				  const char *architecture, const char *variant);

#endif
