/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_BUILD_H
#define BUNDLER_BUILD_BUILD_H

#include "base/error.h"
#include "base/platform.h"
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

/*
 * Fetches the asset that the lock has for the platform, and assembles its tree, which the caller
 * frees with tree_free. Large contents live on the file system of directory. Platforms may be built
 * at the same time. Every status that fetch_open and assemble_tree have, and STATUS_DIGEST when the
 * lock pins another result (build/pins.h).
 */
int build_tree(const struct build *build, const struct platform *platform,
	       const struct fetch_asset *asset, int directory, struct tree *tree,
	       struct error *err);

/*
 * Builds the tree and makes an image of it, made with oci_image_init. The caller frees the tree,
 * and gives NULL when only the image is wanted.
 */
int build_image(const struct build *build, const struct platform *platform,
		const struct fetch_asset *asset, int directory, struct tree *tree,
		struct oci_image *image, struct error *err);

/*
 * The same for who compares with an image whose layer has this digest and size: when an image with
 * such a layer has the very manifest that the lock pins, nothing is compressed, and the layer has
 * no bytes.
 */
int build_image_like(const struct build *build, const struct platform *platform,
		     const struct fetch_asset *asset, int directory, const struct digest *layer,
		     uint64_t size, struct tree *tree, struct oci_image *image,
		     struct error *err);

/*
 * Makes the image of the archive that `bundler rootfs` has written, in a descriptor, and not of the
 * release; path is for messages. STATUS_CONFIG when the lock pins no layer for the platform at this
 * epoch, STATUS_DIGEST when it pins another one.
 */
int build_image_from(const struct build *build, const struct platform *platform, int archive,
		     const char *path, int directory, struct oci_image *image, struct error *err);

#endif
