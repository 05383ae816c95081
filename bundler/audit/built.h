/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_BUILT_H
#define BUNDLER_AUDIT_BUILT_H

#include <stddef.h>

#include "audit/observe_images.h"
#include "base/error.h"
#include "build/oci.h"
#include "tree/tree.h"

/*
 * Makes what was built comparable with the images of a place, by writing the layout of it, to
 * memory, and reading that. Contents of built are taken over, as are the trees that its layers were
 * made of. observe_images_close ends it.
 */
int built_images(struct observe_images *images, struct oci_image *built, struct tree *trees,
		 size_t count, const struct oci_style *style, struct error *err);

/* Frees count images and trees that were built, also where they are empty or taken over. */
void built_free(struct oci_image *built, struct tree *trees, size_t count);

#endif
