/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_BUILD_H
#define BUNDLER_BUILD_BUILD_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/platform.h"
#include "base/pool.h"
#include "build/oci.h"
#include "fetch/fetch.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

/* What the trees and images of all platforms are built from. */
struct build {
	const struct recipe *recipe;
	const struct lock *lock;	/* checked against the recipe */
	struct fetch *fetch;
	int64_t epoch;			/* time of every file */
	/* Of images only: */
	enum media_compression compression;
	const struct recipe_flavour *flavour;	/* NULL for the recipe's own */
	const struct oci_style *style;
};

/* What the lock has for the platform, in pool. STATUS_CONFIG. */
int build_asset(const struct recipe *recipe, const struct lock *lock,
		const struct platform *platform, struct pool *pool, struct fetch_asset *asset,
		struct error *err);

/*
 * Fetches the asset of the platform, assembles its tree, and writes the text of the tree's
 * manifest, as `bundler rootfs` does. The caller frees them with tree_free and buffer_free;
 * manifest may be NULL. Large contents live on the file system of directory. Platforms may be built
 * at the same time. Every status that build_asset, fetch_open and assemble_tree have, STATUS_LIMIT
 * when the manifest is too large, and STATUS_DIGEST when the lock pins another result
 * (build/pins.h).
 */
int build_tree(const struct build *build, const struct platform *platform, int directory,
	       struct tree *tree, struct buffer *manifest, struct error *err);

/* Makes an image, which oci_image_init has made, of a tree of its platform that was built. */
int build_image_of(const struct build *build, const struct tree *tree, int directory,
		   struct oci_image *image, struct error *err);

/*
 * Builds the tree and makes an image of it, made with oci_image_init. The caller frees the tree,
 * and gives NULL when only the image is wanted.
 */
int build_image(const struct build *build, const struct platform *platform, int directory,
		struct tree *tree, struct oci_image *image, struct error *err);

/*
 * The same for a comparison with an image whose layer has this digest and size: if an image with
 * such a layer has the manifest that the lock pins, nothing is compressed, and the layer has no
 * bytes.
 */
int build_image_like(const struct build *build, const struct platform *platform, int directory,
		     const struct digest *layer, uint64_t size, struct tree *tree,
		     struct oci_image *image, struct error *err);

/*
 * Makes the image of the archive that `bundler rootfs` has written, in a descriptor, and not of the
 * release; path is for messages. STATUS_CONFIG when the lock pins no layer for the platform at this
 * epoch, STATUS_DIGEST when it pins another one.
 */
int build_image_from(const struct build *build, const struct platform *platform, int archive,
		     const char *path, int directory, struct oci_image *image, struct error *err);

#endif
