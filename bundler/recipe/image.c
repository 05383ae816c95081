/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the recipe's section image. */
#include "recipe/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "recipe/recipe.h"
#include "recipe/root.h"
#include "recipe/template.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *program_fault(const char *item)
{
	return *item == '\0' ? "it is empty" : NULL;
}

static int take_program(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return recipe_template_take(yaml, node, NULL, into, program_fault, err);
}

static int take_argument(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return recipe_template_take(yaml, node, NULL, into, NULL, err);
}

static int take_entrypoint(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_list *list = into;

	if (yaml_list(yaml, node, take_program, NULL, &list->items, &list->count, err) < 0)
		return -1;
	return list->count > 0 ? 0 : yaml_fault(yaml, node, err, "a program is needed here");
}

static int take_cmd(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_list *list = into;

	return yaml_list(yaml, node, take_argument, NULL, &list->items, &list->count, err);
}

/* IEEE 1003.1-2017 section 8.1, with lower-case letters too. */
static const char *env_fault(const char *item)
{
	size_t name = strspn(item, LETTERS DIGITS "_");

	if (name == 0 || strchr(DIGITS, item[0]) || item[name] != '=')
		return "it is not '<name>=<value>'";
	return NULL;
}

/* A text, or a mapping of a text and the operating system that has it. */
static int take_variable(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "set", true, NULL, env_fault, offsetof(struct recipe_variable, text) },
		{ "os", true, NULL, platform_os_fault, offsetof(struct recipe_variable, os) },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct recipe_image *image = into;
	struct recipe_variable *variable = &image->env[image->env_count++];

	if (node->type == YAML_MAPPING_NODE)
		return yaml_mapping(yaml, node, keys, variable, err);
	return yaml_ruled(yaml, node, env_fault, &variable->text, err);
}

static int take_env(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_image *image = into;

	image->env = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *image->env);
	return yaml_sequence(yaml, node, take_variable, image, err);
}

static const char *port_fault(const char *item)
{
	size_t digits = strspn(item, DIGITS);
	const char *protocol = item + digits;
	unsigned long port = digits > 0 && digits <= 5 ? strtoul(item, NULL, 10) : 0;

	if (port == 0 || port > 65535 || item[0] == '0'
	    || (*protocol && strcmp(protocol, "/tcp") != 0 && strcmp(protocol, "/udp") != 0))
		return "it is not '<1 to 65535>/tcp' or '/udp'";
	return NULL;
}

static int take_ports(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_list *list = into;

	return yaml_list(yaml, node, NULL, port_fault, &list->items, &list->count, err);
}

/* Only numbers: the meaning of a name would depend on the image's passwd. */
static const char *user_fault(const char *user)
{
	uint32_t id;
	const char *rest = recipe_parse_id(user, &id);

	if (rest && *rest == ':')
		rest = recipe_parse_id(rest + 1, &id);
	return rest && *rest == '\0' ? NULL : "it is not '<uid>' or '<uid>:<gid>' in numbers";
}

static const char *workdir_fault(const char *path)
{
	return strcmp(path, "/") == 0 ? NULL : path_fault(path);
}

static const char *label_fault(const char *name)
{
	if (strspn(name, LETTERS DIGITS) == 0)
		return "it does not begin with a letter or a digit";
	if (name[strspn(name, LETTERS DIGITS "._/-")] != '\0')
		return "it has characters other than letters, digits, '.', '_', '/' and '-'";
	return NULL;
}

static int take_label(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		      struct error *err)
{
	struct recipe_image *image = into;
	struct recipe_label *label = &image->labels[image->label_count++];

	if (yaml_ruled(yaml, key, label_fault, &label->name, err) < 0)
		return -1;
	return recipe_template_take(yaml, value, NULL, &label->value, NULL, err);
}

static int take_labels(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_image *image = into;

	image->labels = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *image->labels);
	return yaml_pairs(yaml, node, take_label, image, err);
}

static const char *signal_fault(const char *name)
{
	return strncmp(name, "SIG", 3) == 0 && name[3] != '\0'
	       && name[strspn(name, LETTERS DIGITS "+-")] == '\0' ? NULL : "it is not 'SIG<name>'";
}

static int take_flavour(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
			struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "user", false, NULL, user_fault, offsetof(struct recipe_flavour, user) },
		{ "workdir", false, NULL, workdir_fault, offsetof(struct recipe_flavour, workdir) },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct recipe_image *image = into;
	struct recipe_flavour *flavour = &image->flavours[image->flavour_count++];

	if (yaml_ruled(yaml, key, path_name_fault, &flavour->name, err) < 0)
		return -1;
	return yaml_mapping(yaml, value, keys, flavour, err);
}

static int take_flavours(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_image *image = into;

	image->flavours = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *image->flavours);
	return yaml_pairs(yaml, node, take_flavour, image, err);
}

static bool has_members(const struct recipe *recipe, const struct platform *platform)
{
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];

		if (entry->source == RECIPE_MEMBERS
		    && (!entry->os || strcmp(entry->os, platform->os) == 0))
			return true;
	}
	return false;
}

/* Why a container of this tree cannot start the program, or NULL. */
static const char *start_fault(const struct recipe *recipe, const struct platform *platform,
			       const struct tree *tree, const char *program)
{
	const struct tree_node *node = tree_resolve(tree, program);

	if (*program != '/')
		return "is not an absolute path";
	/* What a directory of the archive has is found out when it is unpacked. */
	if (!node)
		return has_members(recipe, platform) ? NULL : "is not in 'root'";
	if (node->type != TREE_FILE)
		return "is not a file";
	return platform->format == PLATFORM_ELF && !(node->mode & 0111)
	       ? "has a mode that is not executable" : NULL;
}

static int check_entrypoint(struct yaml *yaml, yaml_node_t *node, const struct recipe_image *image,
			    struct error *err)
{
	const struct recipe *recipe = yaml->context;
	yaml_node_t *item = yaml_item(yaml, yaml_find(yaml, node, "entrypoint"), 0);

	for (size_t i = 0; i < recipe->platform_count; i++) {
		const struct platform *platform = recipe->platforms[i];
		const char *program = recipe_expand(recipe, platform, yaml->pool,
						    image->entrypoint.items[0], err);
		const char *fault = NULL;
		struct tree tree;
		int result;

		tree_init(&tree, 0);
		result = program ? recipe_root_lay_out(recipe, platform, &tree, err) : -1;
		if (result == 0)
			fault = start_fault(recipe, platform, &tree, program);
		tree_free(&tree);
		if (fault)
			return yaml_fault(yaml, item, err, "the program '%s' for '%s' %s", program,
					  platform->name, fault);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int take_name(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const struct recipe *recipe = yaml->context;
	struct recipe_image *image = into;
	struct error reason;

	image->name = yaml_string(yaml, node, err);
	if (!image->name)
		return -1;
	return recipe_expand_version(recipe, yaml->pool, image->name, &reason)
	       ? 0 : yaml_fault(yaml, node, err, "%s", reason.message);
}

int recipe_image_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "name", false, take_name, NULL, 0 },
		{ "entrypoint", true, take_entrypoint, NULL,
		  offsetof(struct recipe_image, entrypoint) },
		{ "cmd", false, take_cmd, NULL, offsetof(struct recipe_image, cmd) },
		{ "env", false, take_env, NULL, 0 },
		{ "ports", false, take_ports, NULL, offsetof(struct recipe_image, ports) },
		{ "user", false, NULL, user_fault, offsetof(struct recipe_image, user) },
		{ "workdir", false, NULL, workdir_fault, offsetof(struct recipe_image, workdir) },
		{ "stopsignal", false, NULL, signal_fault,
		  offsetof(struct recipe_image, stop_signal) },
		{ "labels", false, take_labels, NULL, 0 },
		{ "flavours", false, take_flavours, NULL, 0 },
		{ NULL, false, NULL, NULL, 0 },
	};

	if (yaml_mapping(yaml, node, keys, into, err) < 0)
		return -1;
	return check_entrypoint(yaml, node, into, err);
}
