/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_RELEASE_H
#define BUNDLER_RECIPE_RELEASE_H

#include "recipe/yaml.h"

/*
 * Take the release section, as it applies to the recipe's version, and that of the other releases.
 * into and yaml->context are the struct recipe, whose name, version and platforms must be taken
 * before, and its own release before the others.
 */
yaml_take recipe_release_take;
yaml_take recipe_releases_take;

#endif
