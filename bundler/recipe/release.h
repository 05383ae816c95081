/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_RELEASE_H
#define BUNDLER_RECIPE_RELEASE_H

#include "recipe/yaml.h"

/*
 * Takes the release section, as it applies to the recipe's version. into and yaml->context are the
 * struct recipe, whose version and platforms must be taken before.
 */
yaml_take recipe_release_take;

#endif
