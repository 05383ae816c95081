/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a place by its kind: a directory, an archive or images. */
#include "audit/observe_place.h"

#include "audit/observe_directory.h"
#include "audit/observe_layers.h"
#include "audit/observe_tar.h"

bool observe_place_has_images(const struct location *place)
{
	return place->kind != LOCATION_DIRECTORY && place->kind != LOCATION_TAR;
}

int observe_place_open(struct observe_place *observed, const struct location *place,
		       struct error *err)
{
	*observed = (struct observe_place){
		.place = place, .has_images = observe_place_has_images(place)
	};
	return observed->has_images ? observe_images_open(&observed->images, place, err) : 0;
}

void observe_place_close(struct observe_place *observed)
{
	if (observed->has_images)
		observe_images_close(&observed->images);
	tree_free(&observed->tree);
}

static int read_tree(const struct location *place, const struct observe_reference *reference,
		     struct tree *tree, struct error *err)
{
	return (place->kind == LOCATION_TAR ? observe_tar : observe_directory)(tree, place->path,
									       reference, err);
}

int observe_place_read(struct observe_place *observed, struct image *image, struct error *err)
{
	return image ? observe_layers_read(&observed->images, image, NULL, err)
		     : read_tree(observed->place, NULL, &observed->tree, err);
}

const struct tree *observe_place_tree(const struct observe_place *observed,
				      const struct image *image)
{
	return image ? &image->tree : &observed->tree;
}

int observe_place_read_again(struct observe_place *observed, struct image *image,
			     const struct observe_reference *reference, struct tree *tree,
			     struct error *err)
{
	struct tree kept;
	int result;

	if (!image)
		return read_tree(observed->place, reference, tree, err);
	kept = image->tree;
	image->tree = (struct tree){ .nodes = NULL };
	result = observe_layers_read(&observed->images, image, reference, err);
	*tree = image->tree;
	image->tree = kept;
	return result;
}
