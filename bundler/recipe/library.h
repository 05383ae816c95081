/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_LIBRARY_H
#define BUNDLER_RECIPE_LIBRARY_H

#include "recipe/yaml.h"

/*
 * Takes the recipe's library section into a struct recipe_library, and checks it against the rules
 * of Docker Official Images and bashbrew. yaml->context is the struct recipe, whose version and
 * platforms must be taken before.
 */
yaml_take recipe_library_take;

/* Why name is not a branch name, or NULL; stricter than git-check-ref-format(1). */
const char *recipe_library_branch_fault(const char *name);

#endif
