/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a place by its kind: a directory, an archive or images. */
#include "audit/observe_place.h"

#include <string.h>

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

static bool has_file(const struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	return node && node->type == TREE_FILE;
}

static bool is_layer_or_blob(const char *path)
{
	const size_t length = strlen(path);

	return strncmp(path, "/blobs/sha256/", 14) == 0
	       || (length > 4 && strcmp(path + length - 4, ".tar") == 0)
	       || (length > 7 && strcmp(path + length - 7, ".tar.gz") == 0);
}

/* How a place is written whose files are those of an image, which a user took for its tree. */
static const char *image_form(enum location_kind kind, const struct tree *tree)
{
	const bool oci = has_file(tree, "/oci-layout") && has_file(tree, "/index.json");
	const bool docker = kind == LOCATION_TAR && has_file(tree, "/manifest.json");

	for (size_t i = 0; (oci || docker) && i < tree->count; i++)
		if (is_layer_or_blob(tree->nodes[i].path))
			return docker ? "docker-archive:"
			       : kind == LOCATION_TAR ? "oci-archive:" : "oci:";
	return NULL;
}

static int read_tree(const struct location *place, const struct observe_reference *reference,
		     struct tree *tree, struct error *err)
{
	const char *form;
	int result;

	result = place->kind == LOCATION_TAR
		 ? observe_tar(tree, place, reference, err)
		 : observe_directory(tree, place->path, reference, err);
	if (result < 0)
		return -1;
	form = image_form(place->kind, tree);
	if (!form)
		return 0;
	error_set(err, STATUS_ARCHIVE, "cannot read '%s' as a root file system: it is an image",
		  place->path);
	return error_hint(err, "write the place as %s%s", form, place->path);
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
