/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_DOCKERFILE_H
#define BUNDLER_LIBRARY_DOCKERFILE_H

#include "base/error.h"
#include "library/generated.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/*
 * Adds the build context of a variant of the recipe's library: its Dockerfile, which checks what it
 * downloads against the lock, and the files that go with it. Of the recipe's root it has the
 * members, files and texts that are for every operating system: the others are there because a
 * scratch image has no base. Nothing for a variant that is imported. STATUS_CONFIG for what a
 * Dockerfile cannot say.
 */
int dockerfile_add(struct generated *into, const struct recipe *recipe, const struct lock *lock,
		   const struct recipe_variant *variant, struct error *err);

#endif
