/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_PLACES_H
#define BUNDLER_AUDIT_PLACES_H

#include "audit/audit.h"
#include "audit/observe_images.h"

/*
 * Compares what is around the images of two places: names, tables of contents, as far as both have
 * them and no image is left out, manifests that are no images, and files that belong to nothing.
 * These are notes, and what is identical stays so. Different are files that are not what a place
 * says of them.
 */
void audit_places(struct audit *audit, const struct observe_images *expected,
		  const struct observe_images *found);

#endif
