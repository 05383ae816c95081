/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the recipe's section release, with the differences of older versions. */
#include "recipe/release.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/purl.h"
#include "base/url.h"
#include "recipe/identity.h"
#include "recipe/recipe.h"
#include "recipe/template.h"
#include "recipe/version.h"

/* Adds a row for an operating system or a platform, or replaces the one it has. */
static int take_format(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		       struct error *err)
{
	struct recipe_release *release = into;
	struct recipe_format row = { .os = yaml_string(yaml, key, err) }, *place = release->formats;
	const struct recipe_format *end = place + release->format_count;
	struct error reason;
	char *name;

	if (!row.os)
		return -1;
	row.platform = platform_find(row.os, &reason);
	if (!row.platform && strchr(row.os, '/'))
		return yaml_fault(yaml, key, err, "no such platform '%s'", row.os);
	if (!row.platform && yaml_ruled(yaml, key, platform_os_fault, &row.os, err) < 0)
		return -1;
	if (yaml_ruled(yaml, value, format_fault, &name, err) < 0)
		return error_hint(err, "formats are " FORMAT_NAMES);
	row.format = format_find(name);
	while (place < end && (row.platform ? place->platform != row.platform
					    : strcmp(place->os, row.os) != 0))
		place++;
	release->format_count += place == end;
	*place = row;
	return 0;
}

/* Adds to a copy, because newer versions keep the rows they have. */
static int take_formats(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;
	const struct recipe *recipe = yaml->context;
	const struct recipe_format *before = release->formats;
	bool any = false;

	release->formats = pool_new(yaml->pool, release->format_count + yaml_count(node) + 1,
				    sizeof *release->formats);
	if (release->format_count > 0)
		memcpy(release->formats, before, release->format_count * sizeof *before);
	if (yaml_pairs(yaml, node, take_format, release, err) < 0)
		return -1;
	/* The recipe's own release is for all its platforms, another one for those it has. */
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (recipe_format(release, recipe->platforms[i]))
			any = true;
		else if (release == recipe->releases)
			return yaml_fault(yaml, node, err, "no format for '%s'",
					  recipe->platforms[i]->name);
	return any ? 0 : yaml_fault(yaml, node, err, "no format for any platform of the recipe");
}

static int take_asset(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;
	struct recipe *recipe = yaml->context;
	struct error reason;

	release->asset = yaml_string(yaml, node, err);
	if (!release->asset)
		return -1;
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (recipe_format(release, recipe->platforms[i])
		    && !recipe_asset(release, recipe->platforms[i], &recipe->pool, &reason))
			return yaml_fault(yaml, node, err, "%s", reason.message);
	return 0;
}

static int take_url(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;

	return recipe_template_take(yaml, node, release, &release->url, url_fault, err);
}

static int take_purl(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;

	return recipe_template_take(yaml, node, release, &release->identity.purl, purl_fault, err);
}

/* Empty means that the release has no checksum file. */
static const char *sums_fault(const char *url)
{
	return *url == '\0' ? NULL : url_fault(url);
}

static int take_sums(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;

	return recipe_template_take(yaml, node, release, &release->sums, sums_fault, err);
}

static int take_word(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		     struct error *err)
{
	struct recipe_release *release = into;
	const char *name = yaml_string(yaml, key, err);
	struct recipe_word row = { .platform = NULL }, *place = release->words;
	const struct recipe_word *end = place + release->word_count;
	struct error reason;

	if (!name)
		return -1;
	/* The recipe may list fewer, so that one is left out by a line. */
	row.platform = platform_find(name, &reason);
	if (!row.platform)
		return yaml_fault(yaml, key, err, "'%s' is no platform", name);
	row.word = yaml_string(yaml, value, err);
	if (!row.word)
		return -1;
	while (place < end && place->platform != row.platform)
		place++;
	release->word_count += place == end;
	*place = row;
	return 0;
}

/* A template for all platforms, or for each of those that differ. */
static int take_target(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;
	struct recipe *recipe = yaml->context;
	const struct recipe_word *before = release->words;
	struct error reason;

	if (node->type == YAML_SCALAR_NODE) {
		release->word = yaml_string(yaml, node, err);
		release->word_count = 0;
		if (!release->word)
			return -1;
	} else {
		/* A copy, because newer versions keep the rows they have. */
		release->words = pool_new(yaml->pool, release->word_count + yaml_count(node) + 1,
					  sizeof *release->words);
		if (release->word_count > 0)
			memcpy(release->words, before, release->word_count * sizeof *before);
		if (yaml_pairs(yaml, node, take_word, release, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (!recipe_target(release, recipe->platforms[i], yaml->pool, &reason))
			return yaml_fault(yaml, node, err, "%s", reason.message);
	return 0;
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
	struct recipe_release *release = into;

	return recipe_template_take(yaml, node, release, &release->wrapper, wrapper_fault, err);
}

static int take_before(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;
	const char *later = release->before;

	if (yaml_ruled(yaml, node, version_fault, &release->before, err) < 0)
		return -1;
	if (later && version_compare(release->before, later) >= 0)
		return yaml_fault(yaml, node, err, "'%s' is not older than '%s' above it",
				  release->before, later);
	return 0;
}

struct older {
	struct recipe_release *release;	/* as the rows so far left it */
	struct recipe_release chosen;	/* for the release's version */
};

/* Applies a row to the release as the rows above left it, and checks the templates of each row. */
static int take_row(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "before", true, take_before, NULL, 0 },
		{ "format", false, take_formats, NULL, 0 },
		{ "target", false, take_target, NULL, 0 },
		{ "asset", false, take_asset, NULL, 0 },
		{ "url", false, take_url, NULL, 0 },
		{ "sums", false, take_sums, NULL, 0 },
		{ "directory", false, take_wrapper, NULL, 0 },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct older *older = into;
	struct recipe_release *release = older->release;

	if (yaml_mapping(yaml, node, keys, release, err) < 0)
		return -1;
	if (yaml_count(node) == 1)
		return yaml_fault(yaml, node, err, "the entry changes nothing");
	if (version_compare(release->version, release->before) < 0)
		older->chosen = *release;
	return 0;
}

static int take_older(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_release *release = into;
	struct older older = { .release = release, .chosen = *release };
	const char *fault = version_fault(release->version);

	if (fault)
		return yaml_fault(yaml, node, err, "version '%s' cannot be ordered: %s",
				  release->version, fault);
	if (yaml_sequence(yaml, node, take_row, &older, err) < 0)
		return -1;
	*release = older.chosen;
	return 0;
}

/* A template without the word of the platform gives all of them the archive of one. */
static int check_shared(struct yaml *yaml, yaml_node_t *node,
			const struct recipe_release *release, struct error *err)
{
	const struct recipe *recipe = yaml->context;
	const char **urls = pool_new(yaml->pool, recipe->platform_count, sizeof *urls);

	for (size_t i = 0; i < recipe->platform_count && !release->shared; i++) {
		if (!recipe_format(release, recipe->platforms[i]))
			continue;
		urls[i] = recipe_url(release, recipe->platforms[i], yaml->pool, err);
		if (!urls[i])
			return -1;
		for (size_t k = 0; k < i; k++)
			if (urls[k] && strcmp(urls[k], urls[i]) == 0)
				return yaml_fault(yaml, yaml_find(yaml, node, "url"), err, "'%s' "
						  "and '%s' have the same URL '%s': if that is "
						  "meant, write 'shared: true'",
						  recipe->platforms[k]->name,
						  recipe->platforms[i]->name, urls[i]);
	}
	return 0;
}

int recipe_release_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "format", true, take_formats, NULL, 0 },
		{ "target", false, take_target, NULL, 0 },
		{ "asset", true, take_asset, NULL, 0 },
		{ "url", true, take_url, NULL, 0 },
		{ "sums", true, take_sums, NULL, 0 },
		{ "directory", false, take_wrapper, NULL, 0 },
		{ "shared", false, yaml_take_boolean, NULL,
		  offsetof(struct recipe_release, shared) },
		{ "purl", false, take_purl, NULL, 0 },
		RECIPE_IDENTITY_KEYS(struct recipe_release, identity),
		{ "older", false, take_older, NULL, 0 },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct recipe *recipe = into;

	recipe->release_count = 1;
	recipe->releases[0] = (struct recipe_release){
		.name = recipe->name, .version = recipe->version,
		.wrapper = pool_string(yaml->pool, ""),
	};
	if (yaml_mapping(yaml, node, keys, &recipe->releases[0], err) < 0)
		return -1;
	return check_shared(yaml, node, &recipe->releases[0], err);
}

/* Another release, in the order of names. */
static int take_other(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		      struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "version", false, NULL, path_name_fault,
		  offsetof(struct recipe_release, version) },
		{ "format", true, take_formats, NULL, 0 },
		{ "target", false, take_target, NULL, 0 },
		{ "asset", true, take_asset, NULL, 0 },
		{ "url", true, take_url, NULL, 0 },
		{ "sums", true, take_sums, NULL, 0 },
		{ "directory", false, take_wrapper, NULL, 0 },
		{ "shared", false, yaml_take_boolean, NULL,
		  offsetof(struct recipe_release, shared) },
		{ "purl", false, take_purl, NULL, 0 },
		RECIPE_IDENTITY_KEYS(struct recipe_release, identity),
		{ "older", false, take_older, NULL, 0 },
		{ NULL, false, NULL, NULL, 0 },
	};
	struct recipe *recipe = into;
	struct recipe_release release = {
		.version = recipe->version, .wrapper = pool_string(yaml->pool, ""),
	};
	size_t at = recipe->release_count;

	if (yaml_ruled(yaml, key, path_name_fault, &release.name, err) < 0)
		return -1;
	if (strcmp(release.name, recipe->name) == 0)
		return yaml_fault(yaml, key, err, "'%s' is the recipe's own release", release.name);
	if (at == LIMIT_RECIPE_RELEASES)
		return yaml_fault(yaml, key, err, "more than %d releases", LIMIT_RECIPE_RELEASES);
	if (yaml_mapping(yaml, value, keys, &release, err) < 0
	    || check_shared(yaml, value, &release, err) < 0)
		return -1;
	for (; at > 1 && strcmp(recipe->releases[at - 1].name, release.name) > 0; at--)
		recipe->releases[at] = recipe->releases[at - 1];
	recipe->releases[at] = release;
	recipe->release_count++;
	return 0;
}

int recipe_releases_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_pairs(yaml, node, take_other, into, err);
}
