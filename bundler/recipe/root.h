/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_ROOT_H
#define BUNDLER_RECIPE_ROOT_H

#include "recipe/yaml.h"

/*
 * Takes the recipe's root section into the entries of a struct recipe. into and yaml->context are
 * this recipe, whose platforms and release must be taken before. The tree of every platform is
 * laid out without contents, so that conflicting paths are found here.
 */
yaml_take recipe_root_take;

#endif
