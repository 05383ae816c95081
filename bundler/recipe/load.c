/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe/load.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "recipe/image.h"
#include "recipe/library.h"
#include "recipe/release.h"
#include "recipe/root.h"
#include "recipe/yaml.h"

static int take_name(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_ruled(yaml, node, path_name_fault, into, err);
}

static int take_version(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	if (yaml_ruled(yaml, node, path_name_fault, &recipe->version, err) < 0)
		return -1;
	recipe->version_place = (struct recipe_place){
		.offset = yaml_offset(yaml, node), .plain = yaml_is_plain(node),
		.line = node->start_mark.line + 1, .column = node->start_mark.column + 1,
	};
	return 0;
}

static int take_path_beneath(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_ruled(yaml, node, path_beneath_fault, into, err);
}

/* A name alone, or a mapping. */
struct item {
	char *name;
	bool optional;
};

static int take_platform(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "platform", true, yaml_take_string, offsetof(struct item, name) },
		{ "optional", false, yaml_take_boolean, offsetof(struct item, optional) },
		{ NULL, false, NULL, 0 },
	};
	const bool is_mapping = node->type == YAML_MAPPING_NODE;
	const struct platform *platform;
	struct recipe *recipe = into;
	struct item item = { 0 };
	struct error reason;

	if (is_mapping ? yaml_mapping(yaml, node, keys, &item, err) < 0
		       : yaml_take_string(yaml, node, &item.name, err) < 0)
		return -1;
	platform = platform_find(item.name, &reason);
	if (!platform)
		return yaml_fault(yaml, node, err, "no such platform '%s'", item.name);
	if (recipe_has(recipe, platform))
		return yaml_fault(yaml, node, err, "platform '%s' stands twice", item.name);
	recipe->optional[recipe->platform_count] = item.optional;
	recipe->platforms[recipe->platform_count++] = platform;
	return 0;
}

static int take_platforms(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->platforms = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->platforms);
	recipe->optional = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->optional);
	if (yaml_sequence(yaml, node, take_platform, recipe, err) < 0)
		return -1;
	return recipe->platform_count > 0 ? 0 : yaml_fault(yaml, node, err,
							   "a platform is needed here");
}

static int take_certificates(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "file", true, take_path_beneath, offsetof(struct recipe, certificates) },
		{ "origin", true, yaml_take_string, offsetof(struct recipe, origin) },
		{ NULL, false, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}

static int load(struct recipe *recipe, const struct buffer *text, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "name", true, take_name, offsetof(struct recipe, name) },
		{ "version", true, take_version, 0 },
		{ "platforms", true, take_platforms, 0 },
		{ "release", true, recipe_release_take, 0 },
		{ "certificates", false, take_certificates, 0 },
		{ "root", true, recipe_root_take, 0 },
		{ "image", true, recipe_image_take, offsetof(struct recipe, image) },
		{ "library", false, recipe_library_take, offsetof(struct recipe, library) },
		{ NULL, false, NULL, 0 },
	};
	struct yaml yaml;
	int result;

	if (yaml_load(&yaml, recipe->file, &recipe->pool, text, err) < 0)
		return -1;
	yaml.context = recipe;
	result = yaml_mapping(&yaml, yaml_root(&yaml), keys, recipe, err);
	yaml_unload(&yaml);
	return result;
}

int recipe_load_text(struct recipe *recipe, const char *file, const struct buffer *text,
		     struct error *err)
{
	*recipe = (struct recipe){ .directory = -1 };
	recipe->file = pool_string(&recipe->pool, file);
	if (load(recipe, text, err) == 0)
		return 0;
	recipe_close(recipe);
	return -1;
}

/* Opens the directory that the recipe's file is in. */
static int open_directory(const char *file, struct error *err)
{
	char *path = memory_string(file), *slash = strrchr(path, '/');
	int fd;

	if (slash)
		slash[slash == path ? 1 : 0] = '\0';
	fd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		error_errno(err, STATUS_FILE, "cannot open directory '%s'", slash ? path : ".");
	free(path);
	return fd;
}

int recipe_load(struct recipe *recipe, const char *file, struct error *err)
{
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_RECIPE_BYTES);
	result = file_read(&text, AT_FDCWD, file, err);
	if (result == 0)
		result = recipe_load_text(recipe, file, &text, err);
	buffer_free(&text);
	if (result < 0)
		return -1;
	recipe->directory = open_directory(file, err);
	if (recipe->directory >= 0)
		return 0;
	recipe_close(recipe);
	return -1;
}
