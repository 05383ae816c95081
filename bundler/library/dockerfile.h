/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_DOCKERFILE_H
#define BUNDLER_LIBRARY_DOCKERFILE_H

#include "base/error.h"
#include "library/generated.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/*
 * Adds the build context of a variant of the recipe's library: its Dockerfile, which checks its
 * downloads against the lock, and the files that this copies. It has those members, files and texts
 * of the recipe's root that are for every operating system: the others make up for the base that a
 * scratch image lacks. An imported variant has no build context. STATUS_CONFIG for what a
 * Dockerfile cannot express.
 */
int dockerfile_add(struct generated *into, const struct recipe *recipe, const struct lock *lock,
		   const struct recipe_variant *variant, struct error *err);

#endif
