#ifndef BUNDLER_OBSERVED_H
#define BUNDLER_OBSERVED_H

#include <stdbool.h>

#include "audit/observe.h"
#include "audit/observe_images.h"
#include "base/error.h"
#include "image/location.h"
#include "tree/tree.h"

/* What is at a place of any kind: a tree, or images. */
struct observed {
	const struct place *place;
	bool has_images;
	struct images images;
	struct tree tree;	/* where there are no images */
};

/* Whether places of this kind hold images. */
bool observed_has_images(const struct place *place);

/*
 * Opens a place, which must outlive it. Of images all is read but their layers, of a tree nothing
 * yet. As images_open; observed_close in any case.
 */
int observed_open(struct observed *observed, const struct place *place, struct error *err);
void observed_close(struct observed *observed);

/*
 * Reads the tree, or the layers of one of the images. As observe_layers_read, observe_directory,
 * observe_tar.
 */
int observed_read(struct observed *observed, struct image *image, struct error *err);

/* The tree of one of the images, or of the place when image is NULL. */
const struct tree *observed_tree(const struct observed *observed, const struct image *image);

/* Reads the same again with a reference, into another tree that the caller frees in any case. */
int observed_read_again(struct observed *observed, struct image *image,
			const struct observe_reference *reference, struct tree *tree,
			struct error *err);

#endif
