/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_IMAGE_H
#define BUNDLER_RECIPE_IMAGE_H

#include "recipe/yaml.h"

/*
 * Takes the recipe's image section into a struct recipe_image, and checks it against the OCI image
 * specification (config.md). yaml->context is the struct recipe, whose platforms must be taken
 * before.
 */
yaml_take recipe_image_take;

#endif
