/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_RELEASE_H
#define BUNDLER_RECIPE_RELEASE_H

#include "recipe/yaml.h"

/*
 * Takes the release section into the struct recipe that into and yaml->context are, as it is for
 * the recipe's version: after version and platforms.
 */
yaml_take recipe_release_take;

#endif
