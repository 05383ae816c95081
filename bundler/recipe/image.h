/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_IMAGE_H
#define BUNDLER_RECIPE_IMAGE_H

#include "recipe/yaml.h"

/*
 * Takes the recipe's image section into a struct recipe_image, and checks it against the OCI image
 * specification (config.md). yaml->context is the struct recipe, whose platforms, release
 * and root must be taken before. The entry point must be an executable file on every platform.
 */
yaml_take recipe_image_take;

#endif
