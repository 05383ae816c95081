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

const char *recipe_format(const struct recipe *recipe, const struct platform *platform)
{
	for (size_t i = 0; i < recipe->release.format_count; i++)
		if (strcmp(recipe->release.formats[i].os, platform->os) == 0)
			return recipe->release.formats[i].format;
	return NULL;
}

char *recipe_asset(const struct recipe *recipe, const struct platform *platform,
		   struct pool *pool, struct error *err)
{
	const char *format = recipe_format(recipe, platform);
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ "target", platform->target },
		{ "format", format },
		{ NULL, NULL },
	};
	const char *fault;
	char *asset;

	if (!format) {
		error_set(err, STATUS_CONFIG,
			  "cannot name the asset for '%s': no release format for '%s'",
			  platform->name, platform->os);
		return NULL;
	}
	asset = placeholder_expand(pool, recipe->release.asset, placeholders, err);
	fault = asset ? path_name_fault(asset) : NULL;
	if (fault) {
		error_set(err, STATUS_CONFIG, "cannot use asset name '%s': %s", asset, fault);
		return NULL;
	}
	return asset;
}

char *recipe_expand(const struct recipe *recipe, const struct platform *platform,
		    struct pool *pool, const char *template, struct error *err)
{
	/* The asset's name is a template too, and few templates use it. */
	const bool needs_asset = strstr(template, "{asset}") != NULL;
	const char *asset = needs_asset ? recipe_asset(recipe, platform, pool, err) : "";
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ "target", platform->target },
		{ "format", recipe_format(recipe, platform) },
		{ "os", platform->os },
		{ "exe", platform->format == PLATFORM_PE ? ".exe" : "" },
		{ "asset", asset },
		{ NULL, NULL },
	};

	return asset ? placeholder_expand(pool, template, placeholders, err) : NULL;
}

char *recipe_url(const struct recipe *recipe, const struct platform *platform,
		 struct pool *pool, struct error *err)
{
	return recipe_expand(recipe, platform, pool, recipe->release.url, err);
}

char *recipe_sums(const struct recipe *recipe, struct pool *pool, struct error *err)
{
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ NULL, NULL },
	};

	return placeholder_expand(pool, recipe->release.sums, placeholders, err);
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
