/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_IMAGE_H
#define BUNDLER_VALIDATE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "image/descriptor.h"
#include "image/document.h"
#include "validate/blobs.h"

/* An image: its configuration and the layers that belong to it. */
struct validate_image {
	const char *name;		/* of the configuration, for findings */
	struct image_config config;
	const struct blobs_layer **layers;	/* the lowest first; NULL: not looked at */
	const char **names;		/* of the layers' files */
	size_t count;
};

/* Whether configuration and layers agree: DiffIDs, history, platform and program. STATUS_LIMIT. */
int validate_image(struct blobs *blobs, const struct validate_image *image);

/* Whether a descriptor's platform is this one, other spellings of its variant included. */
bool validate_image_same_platform(const struct descriptor *descriptor, const char *os,
				  const char *architecture, const char *variant);

#endif
