/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the files of a release. */
#include "init/listing.h"

#include <jansson.h>
#include <string.h>

#include "base/limits.h"
#include "recipe/sums.h"

static int add(struct init_release *release, const char *name, const char *url,
	       struct pool *pool, struct error *err)
{
	if (release->asset_count == LIMIT_RELEASE_FILES)
		return error_set(err, STATUS_LIMIT, "cannot look at the release: it has more than "
				 "%d files", LIMIT_RELEASE_FILES);
	if (!release->assets)
		release->assets = pool_new(pool, LIMIT_RELEASE_FILES, sizeof *release->assets);
	for (size_t i = 0; i < release->asset_count; i++)
		if (strcmp(release->assets[i].name, name) == 0)
			return 0;
	release->assets[release->asset_count++] = (struct init_asset){ name, url };
	return 0;
}

int init_listing_add(struct init_release *release, const char *name, const char *base,
		     struct pool *pool, struct error *err)
{
	return add(release, name, pool_format(pool, "%s%s", base, name), pool, err);
}

/* ---- GitHub ---- */

/* The tag without what is before the version: v1.2.0, hello-1.2.0, cmd/hello/v1.2.0. */
static const char *version_of(const char *tag)
{
	const char *digit = strpbrk(tag, "0123456789");

	if (!digit || digit == tag || strchr("-_/@v", digit[-1]) == NULL)
		return tag;
	return digit;
}

static int take_assets(struct init_release *release, const json_t *assets, struct pool *pool,
		       struct error *err)
{
	const json_t *asset;
	size_t i;

	json_array_foreach(assets, i, asset)
	{
		const char *name = json_string_value(json_object_get(asset, "name"));
		const char *url = json_string_value(json_object_get(asset,
								    "browser_download_url"));

		if (name && url && strlen(url) <= LIMIT_URL_BYTES
		    && add(release, pool_string(pool, name), pool_string(pool, url), pool,
			   err) < 0)
			return -1;
	}
	return 0;
}

int init_listing_document(struct init_release *release, const struct buffer *text,
			  const char *url, struct pool *pool, struct error *err)
{
	const char *tag;
	size_t values = 0;
	json_error_t where;
	json_t *root;
	int result = 0;

	for (size_t i = 0; i < text->length; i++)
		values += text->bytes[i] == ',' || text->bytes[i] == '[' || text->bytes[i] == '{';
	if (values > LIMIT_SUMS_VALUES)
		return error_set(err, STATUS_LIMIT, "cannot use '%s': more than %d values in it",
				 url, LIMIT_SUMS_VALUES);
	root = json_loadb(text->bytes, text->length, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': line %d, column %d: %s", url,
				 where.line, where.column, where.text);
	tag = json_string_value(json_object_get(root, "tag_name"));
	if (!tag || !json_is_array(json_object_get(root, "assets")))
		result = error_set(err, STATUS_CONFIG, "cannot use '%s': it is JSON, but not of a "
				   "release: it has no 'tag_name' or no 'assets'", url);
	if (result == 0 && !release->version) {
		release->tag = pool_string(pool, tag);
		release->version = version_of(release->tag);
	}
	if (result == 0)
		result = take_assets(release, json_object_get(root, "assets"), pool, err);
	json_decref(root);
	return result;
}

/* ---- checksum files ---- */

struct names {
	struct init_release *release;
	const char *base;
	struct pool *pool;
};

/* Directories before a name are those of whoever made the file. */
static int take_name(void *context, const char *name, size_t length, struct error *err)
{
	struct names *names = context;
	const char *slash = memrchr(name, '/', length);
	const char *start = slash ? slash + 1 : name;

	return init_listing_add(names->release,
				pool_copy(names->pool, start, length - (size_t)(start - name)),
				names->base, names->pool, err);
}

int init_listing_sums(struct init_release *release, const struct buffer *text, const char *name,
		      const char *base, struct pool *pool, struct error *err)
{
	struct names names = { release, base, pool };

	return sums_names(text, name, take_name, &names, err);
}
