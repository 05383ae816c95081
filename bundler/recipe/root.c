/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the recipe's section root and lays out the tree of each platform. */
#include "recipe/root.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "recipe/recipe.h"
#include "recipe/template.h"
#include "tree/tree.h"

/* Up to four octal digits. They are read as text: YAML 1.1 and 1.2 disagree on the number 0755. */
static int take_mode(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	char *text = yaml_string(yaml, node, err);
	uint32_t *mode = into;

	if (!text)
		return -1;
	if (strlen(text) < 3 || strlen(text) > 4 || strspn(text, "01234567") != strlen(text))
		return yaml_fault(yaml, node, err, "mode '%s' is not three or four octal digits",
				  text);
	*mode = (uint32_t)strtoul(text, NULL, 8);
	return 0;
}

static int take_owner(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const char *text = yaml_string(yaml, node, err), *rest;
	struct recipe_entry *entry = into;

	if (!text)
		return -1;
	rest = recipe_parse_id(text, &entry->uid);
	if (rest)
		rest = *rest == ':' ? recipe_parse_id(rest + 1, &entry->gid) : NULL;
	if (!rest || *rest != '\0')
		return yaml_fault(yaml, node, err, "owner '%s' is not '<uid>:<gid>' in numbers",
				  text);
	return 0;
}

#define SOURCES "'member', 'members', 'asset', 'file', 'text', 'certificates', 'zoneinfo', " \
		"'directory' and 'link'"

static int set_source(struct yaml *yaml, yaml_node_t *node, struct recipe_entry *entry,
		      enum recipe_source source, char *argument, struct error *err)
{
	if (entry->argument)
		return yaml_fault(yaml, node, err, "an entry has only one of " SOURCES);
	entry->source = source;
	entry->argument = argument;
	return argument ? 0 : -1;
}

static int take_text(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_source(yaml, node, into, RECIPE_TEXT, yaml_string(yaml, node, err), err);
}

static int take_file(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	char *path;

	if (yaml_ruled(yaml, node, path_beneath_fault, &path, err) < 0)
		return -1;
	return set_source(yaml, node, into, RECIPE_FILE, path, err);
}

static const char *reference_fault(const char *text)
{
	if (*text == '\0')
		return "it is empty";
	if (strlen(text) > LIMIT_PATH_BYTES)
		return "it is too long";
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return "it has a control character";
	return NULL;
}

/* "./" is the release's directory itself. */
static const char *members_fault(const char *text)
{
	const size_t length = strlen(text);
	char directory[LIMIT_PATH_BYTES + 1];

	if (reference_fault(text))
		return reference_fault(text);
	if (text[length - 1] != '/')
		return "a directory ends with a slash";
	memcpy(directory, text, length);
	directory[length - 1] = '\0';
	return strcmp(text, "./") == 0 ? NULL : path_beneath_fault(directory);
}

/* Which release an entry is taken of. */
static int take_release(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const struct recipe *recipe = yaml->context;
	struct recipe_entry *entry = into;
	const char *name = yaml_string(yaml, node, err);

	if (!name)
		return -1;
	for (size_t i = 1; i < recipe->release_count && entry->release == 0; i++)
		if (strcmp(recipe->releases[i].name, name) == 0)
			entry->release = i;
	return entry->release > 0 ? 0 : yaml_fault(yaml, node, err, "'%s' is none of the "
						   "'releases'", name);
}

static int take_reference(struct yaml *yaml, yaml_node_t *node, struct recipe_entry *entry,
			  enum recipe_source source, yaml_rule *rule, struct error *err)
{
	const struct recipe *recipe = yaml->context;
	char *reference;

	if (recipe_template_take(yaml, node, &recipe->releases[entry->release], &reference, rule,
				 err) < 0)
		return -1;
	return set_source(yaml, node, entry, source, reference, err);
}

static int take_member(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_reference(yaml, node, into, RECIPE_MEMBER, reference_fault, err);
}

static int take_members(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_reference(yaml, node, into, RECIPE_MEMBERS, members_fault, err);
}

static int take_link(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_reference(yaml, node, into, RECIPE_LINK, reference_fault, err);
}

/* A source that has no argument: its value can only be true. */
static int take_plain_source(struct yaml *yaml, yaml_node_t *node, struct recipe_entry *entry,
			     enum recipe_source source, struct error *err)
{
	bool value;

	if (yaml_take_boolean(yaml, node, &value, err) < 0)
		return -1;
	if (!value)
		return yaml_fault(yaml, node, err, "only 'true' is allowed here");
	return set_source(yaml, node, entry, source, pool_string(yaml->pool, ""), err);
}

static int take_bundle(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const struct recipe *recipe = yaml->context;

	if (!recipe->certificates)
		return yaml_fault(yaml, node, err, "the recipe has no 'certificates'");
	return take_plain_source(yaml, node, into, RECIPE_CERTIFICATES, err);
}

static int take_zones(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const struct recipe *recipe = yaml->context;

	if (!recipe->zoneinfo)
		return yaml_fault(yaml, node, err, "the recipe has no 'zoneinfo'");
	return take_plain_source(yaml, node, into, RECIPE_ZONEINFO, err);
}

static int take_asset(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_plain_source(yaml, node, into, RECIPE_ASSET, err);
}

static int take_directory(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_plain_source(yaml, node, into, RECIPE_DIRECTORY, err);
}

/* Members are of archives, and the asset itself is taken of what is none. */
static int check_format(struct yaml *yaml, yaml_node_t *node, const struct recipe_entry *entry,
			struct error *err)
{
	const struct recipe *recipe = yaml->context;
	const struct recipe_release *release = &recipe->releases[entry->release];

	for (size_t i = 0; i < recipe->platform_count; i++) {
		const struct platform *platform = recipe->platforms[i];
		const struct format *format = recipe_format(release, platform);
		bool bare;

		if (entry->os && strcmp(entry->os, platform->os) != 0)
			continue;
		if (!format)
			return yaml_fault(yaml, node, err, "release '%s' has no format for '%s': "
					  "limit the entry with 'os'", release->name, platform->os);
		bare = format->content == FORMAT_PROGRAM;
		if (recipe_is_of_release(entry) && entry->source != RECIPE_ASSET && bare)
			return yaml_fault(yaml, node, err, "a 'member' needs an archive, and the "
					  "format for '%s' is '%s': write 'asset: true'",
					  platform->name, format->name);
		if (entry->source == RECIPE_ASSET && !bare)
			return yaml_fault(yaml, node, err, "the 'asset' itself needs a format "
					  "that is no archive, and that for '%s' is '%s'",
					  platform->name, format->name);
	}
	return 0;
}

#define MODE_UNSET UINT32_MAX

static int take_entry(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "path", true, NULL, NULL, offsetof(struct recipe_entry, path) },
		{ "release", false, take_release, NULL, 0 },
		{ "member", false, take_member, NULL, 0 },
		{ "members", false, take_members, NULL, 0 },
		{ "asset", false, take_asset, NULL, 0 },
		{ "file", false, take_file, NULL, 0 },
		{ "text", false, take_text, NULL, 0 },
		{ "certificates", false, take_bundle, NULL, 0 },
		{ "zoneinfo", false, take_zones, NULL, 0 },
		{ "directory", false, take_directory, NULL, 0 },
		{ "link", false, take_link, NULL, 0 },
		{ "mode", false, take_mode, NULL, offsetof(struct recipe_entry, mode) },
		{ "owner", false, take_owner, NULL, 0 },
		{ "os", false, NULL, platform_os_fault, offsetof(struct recipe_entry, os) },
		{ "program", false, yaml_take_boolean, NULL,
		  offsetof(struct recipe_entry, program) },
		{ "follow", false, yaml_take_boolean, NULL, offsetof(struct recipe_entry, follow) },
		{ "dynamic", false, yaml_take_boolean, NULL,
		  offsetof(struct recipe_entry, dynamic) },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct recipe *recipe = into;
	struct recipe_entry *entry = &recipe->entries[recipe->entry_count];

	entry->mode = MODE_UNSET;
	if (yaml_mapping(yaml, node, keys, entry, err) < 0)
		return -1;
	if (!entry->argument)
		return yaml_fault(yaml, node, err, "an entry needs one of " SOURCES);
	if (entry->source == RECIPE_LINK && entry->mode != MODE_UNSET)
		return yaml_fault(yaml, node, err, "a link has no mode");
	if ((entry->program || entry->dynamic) && entry->source != RECIPE_MEMBER
	    && entry->source != RECIPE_ASSET)
		return yaml_fault(yaml, node, err, "only a 'member' or the 'asset' can be "
				  "'program' or 'dynamic'");
	if (entry->program && entry->dynamic)
		return yaml_fault(yaml, node, err, "a 'program' needs no other file, so it is "
				  "not 'dynamic'");
	if (entry->follow && entry->source != RECIPE_MEMBER && entry->source != RECIPE_MEMBERS)
		return yaml_fault(yaml, node, err,
				  "only 'member' and 'members' can follow links");
	if (entry->release > 0 && !recipe_is_of_release(entry))
		return yaml_fault(yaml, node, err,
				  "only 'member', 'members' and 'asset' are of a 'release'");
	if (check_format(yaml, node, entry, err) < 0)
		return -1;
	if (entry->mode == MODE_UNSET)
		entry->mode = entry->source == RECIPE_LINK ? 0777
			      : entry->source == RECIPE_DIRECTORY ? 0755 : 0644;
	recipe->entry_count++;
	return 0;
}

static int entry_fault(struct yaml *yaml, yaml_node_t *node, size_t i, const struct error *reason,
		       struct error *err)
{
	const yaml_node_t *entry = yaml_item(yaml, node, i);

	return yaml_fault(yaml, yaml_find(yaml, entry, "path"), err, "%s", reason->message);
}

/* Adds the entry, without its content, to a tree. */
static int add_to_tree(struct tree *tree, const struct recipe_entry *entry, const char *path,
		       const char *target, struct error *err)
{
	const struct content nothing = { .fd = -1 };

	if (entry->source == RECIPE_DIRECTORY)
		return tree_add_directory(tree, path, entry->mode, 0, 0, err);
	/* Only what is there for sure: the directory, which may be an entry, too. */
	if (recipe_is_of_many(entry))
		return tree_imply_directory(tree, path, err);
	if (entry->source == RECIPE_LINK)
		return tree_add_link(tree, path, target, 0, 0, err);
	return tree_add_file(tree, path, entry->mode, 0, 0, nothing, err);
}

int recipe_root_lay_out(const struct recipe *recipe, const struct platform *platform,
			struct tree *tree, struct error *err)
{
	struct pool pool = { 0 };
	int result = 0;

	for (size_t i = 0; i < recipe->entry_count && result == 0; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		const char *path, *target = "";

		if (entry->os && strcmp(entry->os, platform->os) != 0)
			continue;
		path = recipe_expand(recipe, platform, &pool, entry->path, err);
		if (entry->source == RECIPE_LINK)
			target = recipe_expand(recipe, platform, &pool, entry->argument, err);
		result = path && target ? add_to_tree(tree, entry, path, target, err) : -1;
	}
	pool_free(&pool);
	return result;
}

/* The paths of the entries on a platform, NULL for those of other operating systems. */
static const char **expand_paths(struct yaml *yaml, yaml_node_t *node,
				 const struct platform *platform, struct error *err)
{
	const struct recipe *recipe = yaml->context;
	const char **paths = pool_new(yaml->pool, recipe->entry_count + 1, sizeof *paths);
	struct error reason;

	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];

		if (entry->os && strcmp(entry->os, platform->os) != 0)
			continue;
		paths[i] = recipe_expand(recipe, platform, yaml->pool, entry->path, &reason);
		if (!paths[i]) {
			entry_fault(yaml, node, i, &reason, err);
			return NULL;
		}
	}
	return paths;
}

static bool is_same(const char *const *paths, const char *const *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!paths[i] != !others[i] || (paths[i] && strcmp(paths[i], others[i]) != 0))
			return false;
	return true;
}

/* Lays out the tree of every platform that has other paths than the platform before it. */
static int check_trees(struct yaml *yaml, yaml_node_t *node, struct error *err)
{
	const struct recipe *recipe = yaml->context;
	const char **before = NULL;

	for (size_t i = 0; i < recipe->platform_count; i++) {
		const char **paths = expand_paths(yaml, node, recipe->platforms[i], err);
		struct error reason;
		struct tree tree;
		int result = 0;

		if (!paths)
			return -1;
		if (before && is_same(paths, before, recipe->entry_count))
			continue;
		before = paths;
		tree_init(&tree, 0);
		for (size_t j = 0; j < recipe->entry_count && result == 0; j++)
			if (paths[j]
			    && add_to_tree(&tree, &recipe->entries[j], paths[j], "", &reason) < 0)
				result = entry_fault(yaml, node, j, &reason, err);
		tree_free(&tree);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* Whatever is downloaded is for something. */
static int check_releases(struct yaml *yaml, struct error *err)
{
	const struct recipe *recipe = yaml->context;

	for (size_t i = 1; i < recipe->release_count; i++) {
		size_t j = 0;

		while (j < recipe->entry_count && recipe->entries[j].release != i)
			j++;
		if (j == recipe->entry_count)
			return yaml_fault(yaml, yaml_find(yaml, yaml_root(yaml), "releases"), err,
					  "no entry of 'root' is of release '%s'",
					  recipe->releases[i].name);
	}
	return 0;
}

int recipe_root_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->entries = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->entries);
	if (yaml_sequence(yaml, node, take_entry, recipe, err) < 0)
		return -1;
	if (recipe->entry_count == 0)
		return yaml_fault(yaml, node, err, "an entry is needed here");
	return check_releases(yaml, err) < 0 ? -1 : check_trees(yaml, node, err);
}
