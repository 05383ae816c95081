#include "recipe_load.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "limits.h"
#include "memory.h"
#include "path.h"
#include "recipe_image.h"
#include "recipe_library.h"
#include "recipe_root.h"
#include "recipe_template.h"
#include "url.h"
#include "yaml.h"

static int take_name(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_ruled(yaml, node, path_name_fault, into, err);
}

static int take_path_beneath(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_ruled(yaml, node, path_beneath_fault, into, err);
}

static int take_platform(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;
	char *name = yaml_string(yaml, node, err);
	const struct platform *platform;
	struct error reason;

	if (!name)
		return -1;
	platform = platform_find(name, &reason);
	if (!platform)
		return yaml_fault(yaml, node, err, "no such platform '%s'", name);
	if (recipe_has(recipe, platform))
		return yaml_fault(yaml, node, err, "platform '%s' stands twice", name);
	recipe->platforms[recipe->platform_count++] = platform;
	return 0;
}

static int take_platforms(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->platforms = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->platforms);
	if (yaml_sequence(yaml, node, take_platform, recipe, err) < 0)
		return -1;
	return recipe->platform_count > 0 ? 0 : yaml_fault(yaml, node, err,
							   "a platform is needed here");
}

static const char *format_fault(const char *format)
{
	return strcmp(format, "tar.gz") == 0 || strcmp(format, "zip") == 0
	       ? NULL : "it is neither 'tar.gz' nor 'zip'";
}

static int take_format(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		       struct error *err)
{
	struct recipe *recipe = into;
	struct recipe_format *row = &recipe->formats[recipe->format_count++];

	if (yaml_ruled(yaml, key, platform_os_fault, &row->os, err) < 0)
		return -1;
	return yaml_ruled(yaml, value, format_fault, &row->format, err);
}

static int take_formats(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->formats = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->formats);
	if (yaml_pairs(yaml, node, take_format, recipe, err) < 0)
		return -1;
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (!recipe_format(recipe, recipe->platforms[i]))
			return yaml_fault(yaml, node, err,
					  "no format for '%s', which a platform has",
					  recipe->platforms[i]->os);
	return 0;
}

static int take_asset(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;
	struct error reason;

	recipe->asset = yaml_string(yaml, node, err);
	if (!recipe->asset)
		return -1;
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (!recipe_asset(recipe, recipe->platforms[i], &recipe->pool, &reason))
			return yaml_fault(yaml, node, err, "%s", reason.message);
	return 0;
}

static const char *url_fault(const char *text)
{
	struct url url;
	const char *fault = url_parse(&url, text);

	if (!fault)
		url_free(&url);
	return fault;
}

static int take_url(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return recipe_template_take(yaml, node, into, url_fault, err);
}

/* The one text that is of no platform. */
static int take_sums(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;
	const char *url, *fault;
	struct error reason;

	recipe->sums = yaml_string(yaml, node, err);
	if (!recipe->sums)
		return -1;
	url = recipe_sums(recipe, &recipe->pool, &reason);
	if (!url)
		return yaml_fault(yaml, node, err, "%s", reason.message);
	fault = url_fault(url);
	return fault ? yaml_fault(yaml, node, err, "'%s' is refused: %s", url, fault) : 0;
}

static const char *wrapper_fault(const char *directory)
{
	size_t length = strlen(directory);

	if (length > LIMIT_PATH_BYTES)
		return "it is too long";
	return length > 0 && directory[length - 1] == '/' ? "it ends with a slash" : NULL;
}

static int take_wrapper(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return recipe_template_take(yaml, node, into, wrapper_fault, err);
}

static int take_release(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "format", true, take_formats, 0 },
		{ "asset", true, take_asset, 0 },
		{ "url", true, take_url, offsetof(struct recipe, url) },
		{ "sums", true, take_sums, 0 },
		{ "directory", true, take_wrapper, offsetof(struct recipe, wrapper) },
		{ NULL, false, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
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
		{ "version", true, take_name, offsetof(struct recipe, version) },
		{ "platforms", true, take_platforms, 0 },
		{ "release", true, take_release, 0 },
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
