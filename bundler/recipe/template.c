/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe/template.h"

#include "recipe/placeholder.h"
#include "recipe/recipe.h"

static int check(const struct recipe *recipe, const struct platform *platform, struct pool *pool,
		 const char *template, const char *(*rule)(const char *text), struct error *err)
{
	const char *text = recipe_expand(recipe, platform, pool, template, err);
	const char *fault = text && rule ? rule(text) : NULL;

	if (fault)
		error_set(err, STATUS_CONFIG, "'%s' is refused: %s", text, fault);
	return text && !fault ? 0 : -1;
}

int recipe_template_take(struct yaml *yaml, yaml_node_t *node, char **into,
			 const char *(*rule)(const char *text), struct error *err)
{
	const struct recipe *recipe = yaml->context;
	struct error reason;
	size_t count;

	*into = yaml_string(yaml, node, err);
	if (!*into)
		return -1;
	/* What names nothing is the same for all of them. */
	count = placeholder_is_in(*into) ? recipe->platform_count : 1;
	for (size_t i = 0; i < count; i++)
		if (check(recipe, recipe->platforms[i], yaml->pool, *into, rule, &reason) < 0)
			return yaml_fault(yaml, node, err, "%s", reason.message);
	return 0;
}
