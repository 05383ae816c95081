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

/* The inputs of the trees and images of all platforms. */
struct build {
	const struct recipe *recipe;
	const struct lock *lock;	/* checked against the recipe */
	struct fetch *fetch;		/* gets EVENT_PHASE of each platform, too */
	int64_t epoch;			/* time of every file */
	/* Gets the SHA-512 of the platform's asset of each of the recipe's releases, or NULL. */
	struct digest_sha512 *archives;
	/* For images only: */
	enum compression compression;
	const struct recipe_flavour *flavour;	/* NULL for the recipe's own */
	const struct oci_style *style;
};

/*
 * The platforms' assets, as locked: for each platform those of all releases that have it, in the
 * order of the releases. In pool, and their number in *count. STATUS_CONFIG.
 */
struct fetch_asset *build_assets(const struct recipe *recipe, const struct lock *lock,
				 const struct platform *const *platforms, size_t platform_count,
				 struct pool *pool, size_t *count, struct error *err);

/*
 * Fetches the platform's assets, assembles the tree, and writes its manifest, unless that is NULL.
 * The caller frees them with tree_free and buffer_free. Large contents are on the file system of
 * directory. Several threads may build at the same time. Fails as build_assets, fetch_open and
 * assemble_tree, with STATUS_LIMIT for a manifest that is too large, or with STATUS_DIGEST if the
 * lock pins another result (build/pins.h).
 */
int build_tree(const struct build *build, const struct platform *platform, int directory,
	       struct tree *tree, struct buffer *manifest, struct error *err);

/* Makes an image, after oci_image_init, from the tree of its platform. */
int build_image_of(const struct build *build, const struct tree *tree, int directory,
		   struct oci_image *image, struct error *err);

/*
 * Builds the tree and makes an image, after oci_image_init, from it. tree is NULL if only the image
 * is needed; otherwise the caller frees it.
 */
int build_image(const struct build *build, const struct platform *platform, int directory,
		struct tree *tree, struct oci_image *image, struct error *err);

/*
 * The same for a comparison with an image whose layer has this digest and size. If an image with
 * this layer has the pinned manifest, nothing is compressed, and the layer has no bytes.
 */
int build_image_like(const struct build *build, const struct platform *platform, int directory,
		     const struct digest *layer, uint64_t size, struct tree *tree,
		     struct oci_image *image, struct error *err);

/*
 * Describes the image that the lock pins, without its bytes, for a comparison with an image whose
 * layer has this digest and size. STATUS_CONFIG when the lock pins no image for the platform at
 * this epoch, or a flavour or another style is built.
 */
int build_image_pinned(const struct build *build, const struct platform *platform,
		       const struct digest *layer, uint64_t size, struct oci_image *image,
		       struct error *err);

/*
 * Makes the image from a descriptor of an archive that `bundler rootfs` wrote, not from the
 * release; path is for messages. STATUS_CONFIG if the lock pins no layer for the platform at this
 * epoch, STATUS_DIGEST if it pins another one.
 */
int build_image_from(const struct build *build, const struct platform *platform, int archive,
		     const char *path, int directory, struct oci_image *image, struct error *err);

#endif
