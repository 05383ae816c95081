/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_SBOM_SOURCE_H
#define BUNDLER_SBOM_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/platform.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

/* What the SBOM is of. */
struct sbom_source {
	const struct recipe *recipe;
	const struct lock *lock;		/* checked against the recipe */
	const struct platform *platform;
	const struct tree *tree;		/* build_tree's for the platform */
	/* Of the image's manifest; of the tree's, if no image is made: not on Linux. */
	struct digest manifest;
	bool image;
	int64_t epoch;				/* the time of the document */
	/* SHA-512 of the asset of each of the recipe's releases (struct build), or NULL. */
	const struct digest_sha512 *archives;
};

#endif
