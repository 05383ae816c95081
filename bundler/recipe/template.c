/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a template and checks that it can be expanded for each platform. */
#include "recipe/template.h"

#include "recipe/placeholder.h"

int recipe_template_take(struct yaml *yaml, yaml_node_t *node,
			 const struct recipe_release *release, char **into, yaml_rule *rule,
			 struct error *err)
{
	const struct recipe *recipe = yaml->context;
	struct error reason;
	size_t count;

	if (!release)
		release = recipe->releases;
	*into = yaml_string(yaml, node, err);
	if (!*into)
		return -1;
	/* A template without placeholders is the same text for every platform. */
	count = placeholder_is_in(*into) ? recipe->platform_count : 1;
	for (size_t i = 0; i < count; i++) {
		const struct platform *platform = recipe->platforms[i];
		const char *text, *fault;

		if (count > 1 && !recipe_format(release, platform))
			continue;
		text = recipe_expand_of(release, platform, yaml->pool, *into, &reason);
		fault = text && rule ? rule(text) : NULL;
		if (!text)
			return yaml_fault(yaml, node, err, "%s", reason.message);
		if (fault)
			return yaml_fault(yaml, node, err, "'%s' is refused: %s", text, fault);
	}
	return 0;
}
