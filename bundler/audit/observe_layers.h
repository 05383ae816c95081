/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_LAYERS_H
#define BUNDLER_AUDIT_OBSERVE_LAYERS_H

#include "audit/observe.h"
#include "audit/observe_images.h"
#include "base/error.h"

/* The layers of images at a place. */

/*
 * Reads the layers of one of the images, for their digests and the tree of all of them; again with
 * a reference, for contents. What is wrong with a layer is its fault. STATUS_FILE, STATUS_LIMIT,
 * STATUS_INTERRUPTED.
 */
int observe_layers_read(struct observe_images *images, struct image *image,
			const struct observe_reference *reference, struct error *err);

#endif
