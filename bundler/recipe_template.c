#include "recipe_template.h"

#include "recipe.h"

static int check(const struct recipe *recipe, const struct platform *platform, const char *template,
		 const char *(*rule)(const char *text), struct error *err)
{
	struct pool pool = { 0 };
	const char *text = recipe_expand(recipe, platform, &pool, template, err);
	const char *fault = text && rule ? rule(text) : NULL;

	if (fault)
		error_set(err, STATUS_CONFIG, "'%s' is refused: %s", text, fault);
	pool_free(&pool);
	return text && !fault ? 0 : -1;
}

int recipe_template_take(struct yaml *yaml, yaml_node_t *node, char **into,
			 const char *(*rule)(const char *text), struct error *err)
{
	const struct recipe *recipe = yaml->context;
	struct error reason;

	*into = yaml_string(yaml, node, err);
	if (!*into)
		return -1;
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (check(recipe, recipe->platforms[i], *into, rule, &reason) < 0)
			return yaml_fault(yaml, node, err, "%s", reason.message);
	return 0;
}
