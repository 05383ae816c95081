/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_PLACE_H
#define BUNDLER_AUDIT_OBSERVE_PLACE_H

#include <stdbool.h>

#include "audit/observe.h"
#include "audit/observe_images.h"
#include "base/error.h"
#include "image/location.h"
#include "tree/tree.h"

/* What is at a place of any kind: a tree, or images. */
struct observe_place {
	const struct location *place;
	bool has_images;
	struct observe_images images;
	struct tree tree;	/* where there are no images */
};

/* Whether places of this kind hold images. */
bool observe_place_has_images(const struct location *place);

/*
 * Opens a place, which must outlive it. Of images all is read but their layers, of a tree nothing
 * yet. As observe_images_open; observe_place_close in any case.
 */
int observe_place_open(struct observe_place *observed, const struct location *place,
		       struct error *err);
void observe_place_close(struct observe_place *observed);

/*
 * Reads the tree, or the layers of one of the images. As observe_layers_read, observe_directory,
 * observe_tar; STATUS_ARCHIVE for a tree whose files are those of an image.
 */
int observe_place_read(struct observe_place *observed, struct image *image, struct error *err);

/* The tree of one of the images, or of the place when image is NULL. */
const struct tree *observe_place_tree(const struct observe_place *observed,
				      const struct image *image);

/* Reads the same again with a reference, into another tree that the caller frees in any case. */
int observe_place_read_again(struct observe_place *observed, struct image *image,
			     const struct observe_reference *reference, struct tree *tree,
			     struct error *err);

#endif
