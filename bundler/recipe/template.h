/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_TEMPLATE_H
#define BUNDLER_RECIPE_TEMPLATE_H

#include "base/error.h"
#include "recipe/yaml.h"

/*
 * Takes a template into *into, after expanding it for each platform of the recipe that
 * yaml->context is, to see that it can be done. rule, if any, says why an expanded text is
 * refused, or NULL.
 */
int recipe_template_take(struct yaml *yaml, yaml_node_t *node, char **into,
			 yaml_rule *rule, struct error *err);

#endif
