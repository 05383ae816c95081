/* SPDX-License-Identifier: Apache-2.0 */
#include "build/build.h"

#include <unistd.h>

#include "build/assemble.h"
#include "build/pins.h"
#include "tree/layer.h"

static int check(const struct build *build, const struct platform *platform, enum pins_kind kind,
		 const struct digest *digest, struct error *err)
{
	return pins_check(build->lock, platform, build->epoch, kind, digest, err);
}

static int check_tree(const struct build *build, const struct platform *platform,
		      const struct tree *tree, struct error *err)
{
	struct digest mtree;

	if (pins_mtree(build->lock, platform, tree, &mtree, err) < 0)
		return -1;
	return check(build, platform, PINS_MTREE, &mtree, err);
}

int build_tree(const struct build *build, const struct platform *platform,
	       const struct fetch_asset *asset, int directory, struct tree *tree,
	       struct error *err)
{
	uint64_t size;
	int fd, result;

	if (fetch_open(build->fetch, asset, &fd, &size, err) < 0)
		return -1;
	tree_init(tree, build->epoch);
	result = assemble_tree(tree, build->recipe, build->lock, platform, fd, size, directory,
			       err);
	if (result == 0)
		result = check_tree(build, platform, tree, err);
	if (result < 0)
		tree_free(tree);
	close(fd);
	return result;
}

/* The lock pins the manifest of the image as it is made without options. */
static bool is_plain(const struct build *build)
{
	return build->compression == MEDIA_GZIP && !build->flavour && !build->style->doi;
}

static int describe(const struct build *build, struct oci_image *image, struct error *err)
{
	if (check(build, image->platform, PINS_DIFF_ID, &image->layer.diff_id, err) < 0)
		return -1;
	return oci_image_describe(image, build->recipe, build->lock, build->flavour, build->epoch,
				  build->style, err);
}

/* Writes what is to say of a layer, and compares it with what is pinned. */
static int end_image(const struct build *build, struct oci_image *image, struct error *err)
{
	if (describe(build, image, err) < 0)
		return -1;
	return is_plain(build) ? check(build, image->platform, PINS_MANIFEST,
				       &image->manifest.digest, err) : 0;
}

/* Makes the image of a tree that was built. */
static int make_image(const struct build *build, const struct tree *tree, int directory,
		      struct oci_image *image, struct error *err)
{
	return oci_layer_make(&image->layer, tree, build->compression, directory,
			      image->platform->name, err) < 0 ? -1 : end_image(build, image, err);
}

int build_image(const struct build *build, const struct platform *platform,
		const struct fetch_asset *asset, int directory, struct tree *tree,
		struct oci_image *image, struct error *err)
{
	struct tree own;
	struct tree *built = tree ? tree : &own;
	int result;

	image->platform = platform;
	if (build_tree(build, platform, asset, directory, built, err) < 0)
		return -1;
	result = make_image(build, built, directory, image, err);
	if (result < 0 || !tree)
		tree_free(built);
	return result;
}

static int add_to_digest(void *context, const void *bytes, size_t length)
{
	digest_add(context, bytes, length);
	return 0;
}

/* Makes the image with a layer of which only the digest and size are known. */
static int make_named(const struct build *build, const struct tree *tree,
		      const struct digest *layer, uint64_t size, struct oci_image *image,
		      struct error *err)
{
	struct digest_state diff_id;

	digest_init_output(&diff_id);
	if (layer_stream(tree, add_to_digest, &diff_id, image->platform->name, err) < 0)
		return -1;
	image->layer = (struct oci_layer){
		.compression = MEDIA_GZIP, .blob = { .size = size, .digest = *layer, .fd = -1 },
		.diff_id = digest_read(&diff_id),
	};
	return describe(build, image, err);
}

static bool is_pinned(const struct build *build, const struct oci_image *image)
{
	const struct lock_result *result = lock_result_find(build->lock, image->platform);

	return result && digest_equal(&result->manifest, &image->manifest.digest);
}

int build_image_like(const struct build *build, const struct platform *platform,
		     const struct fetch_asset *asset, int directory, const struct digest *layer,
		     uint64_t size, struct tree *tree, struct oci_image *image,
		     struct error *err)
{
	const struct lock_result *result = lock_result_find(build->lock, platform);
	int made;

	if (!result || !is_plain(build))
		return build_image(build, platform, asset, directory, tree, image, err);
	image->platform = platform;
	if (build_tree(build, platform, asset, directory, tree, err) < 0)
		return -1;
	made = make_named(build, tree, layer, size, image, err);
	if (made == 0 && !is_pinned(build, image)) {
		oci_image_free(image);
		made = make_image(build, tree, directory, image, err);
	}
	if (made < 0)
		tree_free(tree);
	return made;
}

int build_image_from(const struct build *build, const struct platform *platform, int archive,
		     const char *path, int directory, struct oci_image *image, struct error *err)
{
	const struct lock_result *result = lock_result_find(build->lock, platform);

	image->platform = platform;
	if (!result || !result->has_image || build->epoch != build->lock->epoch) {
		error_set(err, STATUS_CONFIG, "cannot use '%s': lock '%s' pins no layer for '%s'%s",
			  path, build->lock->file, platform->name,
			  result && result->has_image ? " and the time in SOURCE_DATE_EPOCH" : "");
		return error_hint(err, "'bundler lock --record' pins what it makes of the release; "
				  "--lock names another lock");
	}
	if (oci_layer_pack(&image->layer, archive, build->compression, directory, path, err) < 0)
		return -1;
	if (!digest_equal(&image->layer.diff_id, &result->diff_id))
		return error_set(err, STATUS_DIGEST, "cannot use '%s': its SHA-256 is not the one "
				 "that lock '%s' pins for the layer of '%s'", path,
				 build->lock->file, platform->name);
	return end_image(build, image, err);
}
