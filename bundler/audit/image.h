/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_IMAGE_H
#define BUNDLER_AUDIT_IMAGE_H

#include <jansson.h>

#include "audit/audit.h"
#include "image/image.h"

/*
 * Compares two images for one platform, but for their trees: configuration (audit/config.h, which
 * says what labels is), layers and manifest. Layers are packaging where both can be read, because
 * audit_tree compares what is in them. So are annotations, media types and all digests.
 */
void audit_image(struct audit *audit, const struct image *expected, const struct image *found,
		 const json_t *labels);

/* Adds an image that only one of two places has: expected or found is NULL. */
void audit_image_alone(struct audit *audit, const struct image *expected,
		       const struct image *found);

#endif
