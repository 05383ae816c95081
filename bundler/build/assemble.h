/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_ASSEMBLE_H
#define BUNDLER_BUILD_ASSEMBLE_H

#include "base/error.h"
#include "base/platform.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

/* The verified asset of a release, open. */
struct assemble_asset {
	int fd;			/* -1 when the release has none for the platform */
	uint64_t size;		/* in bytes */
};

/*
 * Fills tree, made with tree_init, with the recipe's entries for the platform: members of the
 * assets of the recipe's releases, files beside the recipe, its CA bundle and time zones. A program
 * must be for the platform, and so must the entry point; the interpreter of a dynamic one must be
 * there; the bundle and the time zones must have the lock's digests. Large contents are on the file
 * system of directory. STATUS_CONFIG, STATUS_DIGEST, STATUS_ARCHIVE or STATUS_FILE.
 */
int assemble_tree(struct tree *tree, const struct recipe *recipe, const struct lock *lock,
		  const struct platform *platform, const struct assemble_asset *assets,
		  int directory, struct error *err);

#endif
