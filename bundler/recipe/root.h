/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_ROOT_H
#define BUNDLER_RECIPE_ROOT_H

#include "recipe/recipe.h"
#include "recipe/yaml.h"
#include "tree/tree.h"

/*
 * Takes the recipe's root section into the entries of a struct recipe. into and yaml->context are
 * this recipe, whose platforms and release must be taken before. The tree of every platform is
 * laid out without contents, so that conflicting paths are found here.
 */
yaml_take recipe_root_take;

/*
 * Fills tree, made with tree_init, with the entries of a platform: their modes and links, without
 * contents. No failure once recipe_root_take has succeeded.
 */
int recipe_root_lay_out(const struct recipe *recipe, const struct platform *platform,
			struct tree *tree, struct error *err);

#endif
