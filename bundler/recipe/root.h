/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_ROOT_H
#define BUNDLER_RECIPE_ROOT_H

#include "recipe/yaml.h"

/*
 * Takes the recipe's root section into the entries of the struct recipe that into is, as
 * yaml->context; its platforms and release are known by then. The tree of every platform is laid
 * out, without contents.
 */
yaml_take recipe_root_take;

#endif
