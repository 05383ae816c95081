/* SPDX-License-Identifier: Apache-2.0 */
/* Derives names and URLs from a recipe for one platform. */
#include "recipe/recipe.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "recipe/placeholder.h"
#include "recipe/version.h"

#define LAST_ID 0xfffffffeUL	/* (uid_t)-1 means "no change" to chown(2) */

void recipe_close(struct recipe *recipe)
{
	if (recipe->directory >= 0)
		close(recipe->directory);
	pool_free(&recipe->pool);
	*recipe = (struct recipe){ .directory = -1 };
}

bool recipe_has(const struct recipe *recipe, const struct platform *platform)
{
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (recipe->platforms[i] == platform)
			return true;
	return false;
}

bool recipe_is_optional(const struct recipe *recipe, const struct platform *platform)
{
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (recipe->platforms[i] == platform)
			return recipe->optional[i];
	return false;
}

const struct format *recipe_format(const struct recipe_release *release,
				   const struct platform *platform)
{
	const struct format *found = NULL;

	for (size_t i = 0; i < release->format_count; i++) {
		const struct recipe_format *row = &release->formats[i];

		if (row->platform && strcmp(row->platform->name, platform->name) == 0)
			return row->format;
		if (!row->platform && strcmp(row->os, platform->os) == 0)
			found = row->format;
	}
	return found;
}

bool recipe_is_of_many(const struct recipe_entry *entry)
{
	return entry->source == RECIPE_MEMBERS || entry->source == RECIPE_ZONEINFO;
}

bool recipe_is_of_release(const struct recipe_entry *entry)
{
	return entry->source == RECIPE_ASSET || entry->source == RECIPE_MEMBER
	       || entry->source == RECIPE_MEMBERS;
}

/* The words that most projects use: Go's, and of arm the variant, too. */
static char *arch_of(const struct platform *platform, struct pool *pool)
{
	const bool arm = strcmp(platform->architecture, "arm") == 0;

	return pool_format(pool, "%s%s", platform->architecture, arm ? platform->variant : "");
}

/* Expands a template with these for {target} and {asset}, where they are not NULL. */
static char *expand(const struct recipe_release *release, const struct platform *platform,
		    struct pool *pool, const char *template, const char *target, const char *asset,
		    struct error *err)
{
	struct placeholder placeholders[10] = {
		{ "name", release->name },
		{ "version", release->version },
		{ "os", platform->os },
		{ "arch", arch_of(platform, pool) },
		{ "variant", platform->variant },
		{ "exe", platform->format == PLATFORM_PE ? ".exe" : "" },
	};
	const struct format *format = recipe_format(release, platform);
	struct placeholder *next = &placeholders[6];

	if (format)
		*next++ = (struct placeholder){ "format", format->name };
	if (target)
		*next++ = (struct placeholder){ "target", target };
	if (asset)
		*next++ = (struct placeholder){ "asset", asset };
	return placeholder_expand(pool, template, placeholders, err);
}

char *recipe_target(const struct recipe_release *release, const struct platform *platform,
		    struct pool *pool, struct error *err)
{
	const char *template = release->word ? release->word : "{os}-{arch}";

	if (platform->word)
		return pool_string(pool, platform->word);
	for (size_t i = 0; i < release->word_count; i++)
		if (strcmp(release->words[i].platform->name, platform->name) == 0)
			template = release->words[i].word;
	return expand(release, platform, pool, template, NULL, NULL, err);
}

char *recipe_asset(const struct recipe_release *release, const struct platform *platform,
		   struct pool *pool, struct error *err)
{
	const char *target = recipe_target(release, platform, pool, err), *fault;
	char *asset;

	if (!target)
		return NULL;
	if (!recipe_format(release, platform)) {
		error_set(err, STATUS_CONFIG,
			  "cannot name the asset for '%s': no release format for '%s'",
			  platform->name, platform->os);
		return NULL;
	}
	asset = expand(release, platform, pool, release->asset, target, NULL, err);
	fault = asset ? path_name_fault(asset) : NULL;
	if (fault) {
		error_set(err, STATUS_CONFIG, "cannot use asset name '%s': %s", asset, fault);
		return NULL;
	}
	return asset;
}

char *recipe_expand_of(const struct recipe_release *release, const struct platform *platform,
		       struct pool *pool, const char *template, struct error *err)
{
	/* Both are templates, too, and few templates use them. */
	const bool has_target = strstr(template, "{target}");
	const bool has_asset = strstr(template, "{asset}");
	const char *target = has_target ? recipe_target(release, platform, pool, err) : NULL;
	const char *asset = has_asset ? recipe_asset(release, platform, pool, err) : NULL;

	if ((has_target && !target) || (has_asset && !asset))
		return NULL;
	return expand(release, platform, pool, template, target, asset, err);
}

char *recipe_expand(const struct recipe *recipe, const struct platform *platform,
		    struct pool *pool, const char *template, struct error *err)
{
	return recipe_expand_of(recipe->releases, platform, pool, template, err);
}

char *recipe_url(const struct recipe_release *release, const struct platform *platform,
		 struct pool *pool, struct error *err)
{
	return recipe_expand_of(release, platform, pool, release->url, err);
}

char *recipe_sums(const struct recipe_release *release, const struct platform *platform,
		  struct pool *pool, struct error *err)
{
	return recipe_expand_of(release, platform, pool, release->sums, err);
}

const char *recipe_image_name(const struct recipe *recipe, struct pool *pool)
{
	struct error unused;

	/* It was expanded when the recipe was read. */
	return recipe->image.name ? recipe_expand_version(recipe, pool, recipe->image.name, &unused)
				  : recipe->name;
}

char *recipe_tag(const struct recipe *recipe, struct pool *pool)
{
	char *tag = pool_string(pool, recipe->version);

	for (char *plus = tag; (plus = strchr(plus, '+')); plus++)
		*plus = '-';
	return tag;
}

bool recipe_sums_vary(const struct recipe_release *release)
{
	static const char *const varying[] = { "{asset}", "{target}", "{arch}" };

	for (size_t i = 0; i < sizeof varying / sizeof varying[0]; i++)
		if (strstr(release->sums, varying[i]))
			return true;
	return false;
}

/* The first count numbers of the version, or NULL when it has fewer. */
static char *prefix(const struct recipe *recipe, struct pool *pool, int count)
{
	size_t length = version_prefix(recipe->version, count);

	return length > 0 ? pool_copy(pool, recipe->version, length) : NULL;
}

char *recipe_expand_version(const struct recipe *recipe, struct pool *pool, const char *template,
			    struct error *err)
{
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ "minor", prefix(recipe, pool, 2) },
		{ "major", prefix(recipe, pool, 1) },
		{ NULL, NULL },
	};

	return placeholder_expand(pool, template, placeholders, err);
}

const char *recipe_parse_id(const char *text, uint32_t *id)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long value;

	if (digits == 0 || digits > 10 || (digits > 1 && text[0] == '0'))
		return NULL;
	value = strtoull(text, NULL, 10);
	if (value > LAST_ID)
		return NULL;
	*id = (uint32_t)value;
	return text + digits;
}

int recipe_read_file(const struct recipe *recipe, const char *path, struct buffer *bytes,
		     struct error *err)
{
	int fd = path_open_beneath(recipe->directory, path, err);
	int result;

	if (fd < 0)
		return -1;
	result = file_read_open(bytes, fd, path, err);
	close(fd);
	return result;
}
