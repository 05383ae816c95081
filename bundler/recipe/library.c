/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the recipe's section library. */
#include "recipe/library.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/url.h"
#include "recipe/recipe.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define MAXIMUM_TAG 128

/* Takes a list of at least one text. */
static int take_list(struct yaml *yaml, yaml_node_t *node, struct recipe_list *into,
		     yaml_take *take, yaml_rule *rule, struct error *err)
{
	if (yaml_list(yaml, node, take, rule, &into->items, &into->count, err) < 0)
		return -1;
	return into->count > 0 ? 0 : yaml_fault(yaml, node, err, "the list is empty");
}

/* A component of a repository's name (distribution's reference grammar). */
static const char *name_fault(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > MAXIMUM_TAG
	    || name[strspn(name, "abcdefghijklmnopqrstuvwxyz" DIGITS "-")] != '\0'
	    || name[0] == '-' || name[length - 1] == '-')
		return "it is not an image name";
	return NULL;
}

/* If text begins with prefix, a word and suffix, the rest of text after them; else NULL. */
static const char *skip_enclosed(const char *text, const char *prefix, const char *suffix)
{
	size_t length = strlen(prefix), word;

	if (strncmp(text, prefix, length) != 0)
		return NULL;
	word = strcspn(text + length, " \t,<>()");
	if (word == 0 || strncmp(text + length + word, suffix, strlen(suffix)) != 0)
		return NULL;
	return text + length + word + strlen(suffix);
}

/* bashbrew reads several forms; this is the one that it prints. */
static const char *maintainer_fault(const char *text)
{
	static const char fault[] = "it is not 'Name <address> (@handle)'";
	const char *rest = text + strcspn(text, ",<>()"), *address;

	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return fault;
	if (rest - text < 2 || text[0] == ' ' || rest[-1] != ' ' || rest[-2] == ' ')
		return fault;
	address = skip_enclosed(rest, "<", "> ");
	rest = skip_enclosed(address ? address : rest, "(@", ")");
	return rest && *rest == '\0' ? NULL : fault;
}

static int take_maintainers(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_list(yaml, node, into, NULL, maintainer_fault, err);
}

const char *recipe_library_branch_fault(const char *name)
{
	size_t length = strlen(name);

	if (length > LIMIT_PATH_BYTES)
		return "it is too long";
	if (length == 0 || name[strspn(name, LETTERS DIGITS "._/-")] != '\0')
		return "it has characters other than letters, digits, '.', '_', '/' and '-'";
	for (size_t i = 0; i < length; i++)
		if ((i == 0 || name[i - 1] == '/') && strspn(name + i, LETTERS DIGITS "_") == 0)
			return "a part of it does not begin with a letter, a digit or '_'";
	if (name[length - 1] == '/')
		return "it ends with a slash";
	if (strstr(name, "..") || name[length - 1] == '.')
		return "it has dots that git refuses";
	return NULL;
}

/* Takes a template of the version; rule is for the expanded text. */
static int take_template(struct yaml *yaml, yaml_node_t *node, char **into,
			 yaml_rule *rule, struct error *err)
{
	const char *text, *fault;
	struct error reason;

	*into = yaml_string(yaml, node, err);
	if (!*into)
		return -1;
	text = recipe_expand_version(yaml->context, yaml->pool, *into, &reason);
	if (!text)
		return yaml_fault(yaml, node, err, "%s", reason.message);
	fault = rule(text);
	return fault ? yaml_fault(yaml, node, err, "'%s' is refused: %s", text, fault) : 0;
}

/* A directory is written without quotes in a Dockerfile and in a library file. */
static const char *directory_fault(const char *path)
{
	if (path[strspn(path, LETTERS DIGITS "._/-")] != '\0')
		return "it has characters other than letters, digits, '.', '_', '/' and '-'";
	return path_beneath_fault(path);
}

static int take_directory(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_template(yaml, node, into, directory_fault, err);
}

/* The beginning of a tag. A tag has at most 128 characters; half of them are for the variant. */
static const char *tag_fault(const char *tag)
{
	if (strlen(tag) > MAXIMUM_TAG / 2)
		return "it is too long";
	if (tag[0] == '\0' || tag[0] == '.' || tag[0] == '-'
	    || tag[strspn(tag, LETTERS DIGITS "._-")] != '\0')
		return "it is not a tag";
	return NULL;
}

static int take_tag(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_template(yaml, node, into, tag_fault, err);
}

/* The first tag must be the whole version: other images refer to it. */
static int take_tags(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_list *tags = into;

	if (take_list(yaml, node, tags, take_tag, NULL, err) < 0)
		return -1;
	return strcmp(tags->items[0], "{version}") == 0
	       ? 0 : yaml_fault(yaml, node, err, "the first tag is not '{version}'");
}

static int take_packages(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return take_list(yaml, node, into, NULL, path_name_fault, err);
}

static int take_platform(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_library *library = into;
	const char *name = yaml_string(yaml, node, err);
	const struct platform *platform;
	struct error reason;

	if (!name)
		return -1;
	platform = platform_find(name, &reason);
	if (!platform || !recipe_has(yaml->context, platform))
		return yaml_fault(yaml, node, err, "the recipe has no platform '%s'", name);
	if (!platform->bashbrew)
		return yaml_fault(yaml, node, err, "Official Images are not built for '%s'", name);
	for (size_t i = 0; i < library->platform_count; i++)
		if (library->platforms[i] == platform)
			return yaml_fault(yaml, node, err, "platform '%s' is listed twice", name);
	library->platforms[library->platform_count++] = platform;
	return 0;
}

static int take_platforms(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_library *library = into;

	library->platforms = pool_new(yaml->pool, yaml_count(node) + 1,
				      sizeof *library->platforms);
	if (yaml_sequence(yaml, node, take_platform, library, err) < 0)
		return -1;
	return library->platform_count > 0 ? 0 : yaml_fault(yaml, node, err, "the list is empty");
}

/* How a variant without a base image is made. */
static int take_form(struct yaml *yaml, yaml_node_t *node, struct recipe_variant *variant,
		     struct error *err)
{
	const char *form = yaml_string(yaml, node, err);

	if (!form)
		return -1;
	variant->version = pool_string(yaml->pool, "");
	variant->imported = strcmp(form, "oci-import") == 0;
	if (!variant->imported && strcmp(form, "dockerfile") != 0)
		return yaml_fault(yaml, node, err, "'%s' is neither 'dockerfile' nor 'oci-import'",
				  form);
	return 0;
}

/* Whether the variants above have one of this kind and version. */
static bool has_variant(const struct recipe_library *library, const char *kind,
			const char *version)
{
	for (size_t i = 0; i < library->variant_count; i++)
		if (strcmp(library->variants[i].kind->name, kind) == 0
		    && strcmp(library->variants[i].version, version) == 0)
			return true;
	return false;
}

static bool has_os(const struct recipe_library *library, const char *os)
{
	for (size_t i = 0; i < library->platform_count; i++)
		if (strcmp(library->platforms[i]->os, os) == 0)
			return true;
	return false;
}

static int take_kind(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		     struct error *err)
{
	struct recipe_library *library = into;
	struct recipe_variant *variant = &library->variants[library->variant_count];
	const struct variant_kind *kind = variant_find(yaml_text(key));

	if (!kind)
		return yaml_fault(yaml, key, err, "no such kind of variant '%s'", yaml_text(key));
	variant->kind = kind;
	/* The base image's version is its tag, and part of the variant's tags. */
	if (kind->joint ? yaml_ruled(yaml, value, tag_fault, &variant->version, err) < 0
			: take_form(yaml, value, variant, err) < 0)
		return -1;
	if (has_variant(library, kind->name, variant->version))
		return yaml_fault(yaml, key, err, "variant '%s' is listed twice",
				  variant_name(yaml->pool, kind, variant->version));
	if (!has_os(library, kind->os))
		return yaml_fault(yaml, key, err, "no platform of '%s' is listed", kind->os);
	if (kind->from && !has_variant(library, kind->from, variant->version))
		return yaml_fault(yaml, key, err, "it copies from '%s' of '%s': list that "
				  "first", kind->from, variant->version);
	library->variant_count++;
	return 0;
}

static int take_variant(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	if (yaml_count(node) != 1)
		return yaml_fault(yaml, node, err, "one kind of variant, with its version, is "
				  "expected here");
	return yaml_pairs(yaml, node, take_kind, into, err);
}

static int take_variants(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_library *library = into;

	library->variants = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *library->variants);
	if (yaml_sequence(yaml, node, take_variant, library, err) < 0)
		return -1;
	return library->variant_count > 0 ? 0 : yaml_fault(yaml, node, err, "the list is empty");
}

int recipe_library_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "name", true, NULL, name_fault, offsetof(struct recipe_library, name) },
		{ "maintainers", true, take_maintainers, NULL,
		  offsetof(struct recipe_library, maintainers) },
		{ "repository", true, NULL, url_fault,
		  offsetof(struct recipe_library, repository) },
		{ "branch", true, NULL, recipe_library_branch_fault,
		  offsetof(struct recipe_library, branch) },
		{ "dist", false, yaml_take_boolean, NULL, offsetof(struct recipe_library, dist) },
		{ "directory", true, take_directory, NULL,
		  offsetof(struct recipe_library, directory) },
		{ "tags", true, take_tags, NULL, offsetof(struct recipe_library, tags) },
		{ "packages", false, take_packages, NULL,
		  offsetof(struct recipe_library, packages) },
		{ "platforms", true, take_platforms, NULL, 0 },
		{ "variants", true, take_variants, NULL, 0 },
		{ NULL, false, NULL, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}
