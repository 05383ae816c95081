/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a recipe as a whole; its larger sections have files of their own. */
#include "recipe/load.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/purl.h"
#include "recipe/identity.h"
#include "recipe/image.h"
#include "recipe/library.h"
#include "recipe/release.h"
#include "recipe/root.h"
#include "recipe/yaml.h"

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

/* A platform in the list: its name, or a mapping with these keys. */
struct item {
	char *name;
	bool optional;
};

static int take_platform(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "platform", true, NULL, NULL, offsetof(struct item, name) },
		{ "optional", false, yaml_take_boolean, NULL, offsetof(struct item, optional) },
		{ NULL, false, NULL, NULL, 0 },
	};
	const bool is_mapping = node->type == YAML_MAPPING_NODE;
	const struct platform *platform;
	struct recipe *recipe = into;
	struct item item = { 0 };
	struct error reason;

	if (is_mapping ? yaml_mapping(yaml, node, keys, &item, err) < 0
		       : yaml_ruled(yaml, node, NULL, &item.name, err) < 0)
		return -1;
	platform = platform_find(item.name, &reason);
	if (!platform) {
		yaml_fault(yaml, node, err, "no such platform '%s'", item.name);
		platform = platform_guess(item.name, &reason);
		return platform ? error_hint(err, "did you mean '%s'?", platform->name) : -1;
	}
	if (recipe_has(recipe, platform))
		return yaml_fault(yaml, node, err, "platform '%s' is listed twice", item.name);
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
		{ "file", true, NULL, path_beneath_fault, offsetof(struct recipe, certificates) },
		{ "origin", true, NULL, NULL, offsetof(struct recipe, origin) },
		{ "purl", false, NULL, purl_fault,
		  offsetof(struct recipe, certificates_identity.purl) },
		RECIPE_IDENTITY_KEYS(struct recipe, certificates_identity),
		{ NULL, false, NULL, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}

static int take_zoneinfo(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "file", true, NULL, path_beneath_fault, offsetof(struct recipe, zoneinfo) },
		{ "origin", true, NULL, NULL, offsetof(struct recipe, zoneinfo_origin) },
		{ "purl", false, NULL, purl_fault,
		  offsetof(struct recipe, zoneinfo_identity.purl) },
		RECIPE_IDENTITY_KEYS(struct recipe, zoneinfo_identity),
		{ NULL, false, NULL, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}

int recipe_load_text(struct recipe *recipe, const char *file, const struct buffer *text,
		     struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "name", true, NULL, path_name_fault, offsetof(struct recipe, name) },
		{ "version", true, take_version, NULL, 0 },
		{ "platforms", true, take_platforms, NULL, 0 },
		{ "release", true, recipe_release_take, NULL, 0 },
		{ "releases", false, recipe_releases_take, NULL, 0 },
		{ "certificates", false, take_certificates, NULL, 0 },
		{ "zoneinfo", false, take_zoneinfo, NULL, 0 },
		{ "root", true, recipe_root_take, NULL, 0 },
		{ "image", true, recipe_image_take, NULL, offsetof(struct recipe, image) },
		{ "library", false, recipe_library_take, NULL, offsetof(struct recipe, library) },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct yaml yaml;
	int result;

	*recipe = (struct recipe){ .directory = -1 };
	recipe->file = pool_string(&recipe->pool, file);
	recipe->digest = digest_of_output(text->bytes ? text->bytes : "", text->length);
	result = yaml_load(&yaml, recipe->file, &recipe->pool, text, err);
	if (result == 0) {
		yaml.context = recipe;
		result = yaml_mapping(&yaml, yaml_root(&yaml), keys, recipe, err);
		yaml_unload(&yaml);
	}
	if (result < 0)
		recipe_close(recipe);
	return result;
}

int recipe_load(struct recipe *recipe, const char *file, struct error *err)
{
	const char *slash;
	char *directory;
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_RECIPE_BYTES);
	result = file_read(&text, AT_FDCWD, file, err);
	if (result == 0)
		result = recipe_load_text(recipe, file, &text, err);
	buffer_free(&text);
	if (result < 0)
		return -1;
	slash = strrchr(file, '/');
	directory = slash ? memory_format("%.*s", slash == file ? 1 : (int)(slash - file), file)
			  : memory_string(".");
	recipe->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (recipe->directory < 0) {
		result = error_errno(err, STATUS_FILE, "cannot open directory '%s'", directory);
		recipe_close(recipe);
	}
	free(directory);
	return result;
}
