/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_TEMPLATE_H
#define BUNDLER_RECIPE_TEMPLATE_H

#include "base/error.h"
#include "recipe/recipe.h"
#include "recipe/yaml.h"

/*
 * Takes a template into *into, and checks that it can be expanded for each platform of the recipe
 * yaml->context that the release has; NULL is the recipe's own. rule, unless NULL, is for the
 * expanded texts.
 */
int recipe_template_take(struct yaml *yaml, yaml_node_t *node,
			 const struct recipe_release *release, char **into, yaml_rule *rule,
			 struct error *err);

#endif
