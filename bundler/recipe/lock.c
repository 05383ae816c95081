/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"

static int fault(const struct lock *lock, struct error *err, const char *key, const char *reason)
{
	error_set(err, STATUS_CONFIG, "cannot use lock '%s': key '%s' %s", lock->file, key, reason);
	return error_hint(err, "'bundler lock' writes it anew");
}

/* Takes a string member of object into *string; a missing one is a fault. */
static int take_string(struct lock *lock, json_t *object, const char *key, char **string,
		       struct error *err)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return fault(lock, err, key, "is not a string");
	*string = pool_string(&lock->pool, json_string_value(value));
	return 0;
}

static int take_number(struct lock *lock, json_t *object, const char *key, int64_t minimum,
		       int64_t maximum, int64_t *number, struct error *err)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return fault(lock, err, key, "is not a number");
	*number = json_integer_value(value);
	if (*number < minimum || *number > maximum)
		return fault(lock, err, key, "is out of range");
	return 0;
}

/* A string that becomes a part of names, and of lines of the outputs. */
static int take_name(struct lock *lock, json_t *object, const char *key, char **name,
		     struct error *err)
{
	if (take_string(lock, object, key, name, err) < 0)
		return -1;
	return path_name_fault(*name) ? fault(lock, err, key, "is not a plain name") : 0;
}

static int take_digest(struct lock *lock, json_t *object, const char *key, struct digest *digest,
		       struct error *err)
{
	char *hex;

	if (take_string(lock, object, key, &hex, err) < 0)
		return -1;
	if (digest_parse_hex(digest, hex) < 0)
		return fault(lock, err, key, "is not 64 lower-case hexadecimal digits");
	return 0;
}

/* Refuses members of object that are not in keys. */
static int check_keys(const struct lock *lock, json_t *object, const char *const *keys,
		      struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key) != 0)
			i++;
		if (!keys[i])
			return fault(lock, err, key, "is not known");
	}
	return 0;
}

static int take_certificates(struct lock *lock, json_t *object, struct error *err)
{
	static const char *const keys[] = { "file", "origin", "sha256", "count", NULL };
	int64_t count;

	if (!object)
		return 0;
	if (!json_is_object(object))
		return fault(lock, err, "certificates", "is not an object");
	if (check_keys(lock, object, keys, err) < 0
	    || take_string(lock, object, "file", &lock->certificates.file, err) < 0
	    || take_string(lock, object, "origin", &lock->certificates.origin, err) < 0
	    || take_digest(lock, object, "sha256", &lock->certificates.digest, err) < 0
	    || take_number(lock, object, "count", 1, LIMIT_BUNDLE_CERTIFICATES, &count, err) < 0)
		return -1;
	lock->certificates.count = (uint64_t)count;
	return 0;
}

static int take_platform(struct lock *lock, json_t *object, const struct platform **platform,
			 struct error *err)
{
	char *name;

	if (take_string(lock, object, "platform", &name, err) < 0)
		return -1;
	*platform = platform_find(name, err);
	if (!*platform || strcmp((*platform)->name, name) != 0)
		return fault(lock, err, "platform", "names no platform in its canonical form");
	return 0;
}

static int take_asset(struct lock *lock, json_t *object, struct lock_asset *asset,
		      struct error *err)
{
	static const char *const keys[] = { "platform", "url", "sha256", "size", NULL };
	int64_t size = 0;

	if (!json_is_object(object))
		return fault(lock, err, "platforms", "is not a list of objects");
	if (check_keys(lock, object, keys, err) < 0
	    || take_string(lock, object, "url", &asset->url, err) < 0
	    || take_digest(lock, object, "sha256", &asset->digest, err) < 0)
		return -1;
	if (json_object_get(object, "size")
	    && take_number(lock, object, "size", 1, LIMIT_ARCHIVE_BYTES, &size, err) < 0)
		return -1;
	asset->size = (uint64_t)size;
	return take_platform(lock, object, &asset->platform, err);
}

/* Assets stand in the order of the platform table, which also makes each unique. */
static int take_assets(struct lock *lock, json_t *array, struct error *err)
{
	const size_t count = json_array_size(array);

	if (count == 0)
		return fault(lock, err, "platforms", "is not a list with something in it");
	lock->assets = pool_new(&lock->pool, count, sizeof *lock->assets);
	for (size_t i = 0; i < count; i++) {
		if (take_asset(lock, json_array_get(array, i), &lock->assets[i], err) < 0)
			return -1;
		if (i > 0 && lock->assets[i].platform <= lock->assets[i - 1].platform)
			return fault(lock, err, "platforms", "is not in order, or has one twice");
		lock->asset_count++;
	}
	return 0;
}

static bool is_line(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			return false;
	return *text != '\0';
}

static int take_result(struct lock *lock, json_t *object, struct lock_result *result,
		       struct error *err)
{
	static const char *const keys[] = { "platform", "mtree", "diff_id", "manifest", NULL };
	struct error ignored;

	if (!json_is_object(object))
		return fault(lock, err, "results", "is not a list of objects");
	if (check_keys(lock, object, keys, err) < 0
	    || take_platform(lock, object, &result->platform, err) < 0
	    || take_digest(lock, object, "mtree", &result->mtree, err) < 0)
		return -1;
	if (!lock_find(lock, result->platform, &ignored))
		return fault(lock, err, "results", "has a platform of which nothing is locked");
	result->has_image = strcmp(result->platform->os, "linux") == 0;
	if (!result->has_image)
		return json_object_size(object) == 2 ? 0 : fault(lock, err, "results",
								 "has an image that cannot be");
	if (take_digest(lock, object, "diff_id", &result->diff_id, err) < 0)
		return -1;
	return take_digest(lock, object, "manifest", &result->manifest, err);
}

static int take_result_list(struct lock *lock, json_t *array, struct error *err)
{
	const size_t count = json_array_size(array);

	if (count == 0)
		return fault(lock, err, "results", "has no list with something in it");
	lock->results = pool_new(&lock->pool, count, sizeof *lock->results);
	for (size_t i = 0; i < count; i++) {
		if (take_result(lock, json_array_get(array, i), &lock->results[i], err) < 0)
			return -1;
		if (i > 0 && lock->results[i].platform <= lock->results[i - 1].platform)
			return fault(lock, err, "results", "is not in order, or has one twice");
		lock->result_count++;
	}
	return 0;
}

/* Results of another compat would be compared with what this one makes. */
static int take_results(struct lock *lock, json_t *object, int64_t compat, struct error *err)
{
	static const char *const keys[] = { "compat", "compressor", "platforms", NULL };
	int64_t theirs;

	if (!object)
		return 0;
	if (!json_is_object(object))
		return fault(lock, err, "results", "is not an object");
	if (check_keys(lock, object, keys, err) < 0
	    || take_number(lock, object, "compat", 1, INT32_MAX, &theirs, err) < 0
	    || take_string(lock, object, "compressor", &lock->compressor, err) < 0)
		return -1;
	if (theirs != compat)
		return fault(lock, err, "results", "is of another compat than the lock");
	if (!is_line(lock->compressor))
		return fault(lock, err, "compressor", "is not a line of visible characters");
	return take_result_list(lock, json_object_get(object, "platforms"), err);
}

/* A lock of a later bundler is told apart first: its other faults would only confuse. */
static int check_version(struct lock *lock, json_t *root, int64_t *compat, struct error *err)
{
	int64_t schema;

	if (take_number(lock, root, "schema", 1, INT32_MAX, &schema, err) < 0
	    || take_number(lock, root, "compat", 1, INT32_MAX, compat, err) < 0)
		return -1;
	if (schema > LOCK_SCHEMA || *compat > LOCK_COMPAT) {
		error_set(err, STATUS_CONFIG, "cannot use lock '%s': a later bundler wrote it "
			  "(schema %d, compat %d)", lock->file, (int)schema, (int)*compat);
		return error_hint(err, "this one knows schema %d and compat %d", LOCK_SCHEMA,
				  LOCK_COMPAT);
	}
	return 0;
}

static int take_lock(struct lock *lock, json_t *root, struct error *err)
{
	static const char *const keys[] = {
		"schema", "compat", "name", "version", "release", "epoch", "certificates",
		"platforms", "results", NULL,
	};
	int64_t compat;

	if (!json_is_object(root))
		return error_set(err, STATUS_CONFIG, "cannot use lock '%s': not a JSON object",
				 lock->file);
	if (check_version(lock, root, &compat, err) < 0
	    || check_keys(lock, root, keys, err) < 0
	    || take_name(lock, root, "name", &lock->name, err) < 0
	    || take_name(lock, root, "version", &lock->version, err) < 0
	    || take_name(lock, root, "release", &lock->release, err) < 0
	    || take_number(lock, root, "epoch", 0, LIMIT_EPOCH, &lock->epoch, err) < 0
	    || take_certificates(lock, json_object_get(root, "certificates"), err) < 0)
		return -1;
	if (take_assets(lock, json_object_get(root, "platforms"), err) < 0)
		return -1;
	return take_results(lock, json_object_get(root, "results"), compat, err);
}

int lock_open_text(struct lock *lock, const char *file, const struct buffer *text,
		   struct error *err)
{
	json_error_t where;
	json_t *root = json_loadb(text->bytes ? text->bytes : "", text->length,
				  JSON_REJECT_DUPLICATES, &where);
	int result;

	*lock = (struct lock){ 0 };
	lock->file = pool_string(&lock->pool, file);
	if (root)
		result = take_lock(lock, root, err);
	else
		result = error_set(err, STATUS_CONFIG, "cannot use lock '%s': line %d, column %d: "
				   "%s", file, where.line, where.column, where.text);
	json_decref(root);
	if (result < 0)
		lock_close(lock);
	return result;
}

int lock_open(struct lock *lock, const char *file, struct error *err)
{
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_LOCK_BYTES);
	result = file_read(&text, AT_FDCWD, file, err);
	if (result == 0)
		result = lock_open_text(lock, file, &text, err);
	else if (access(file, F_OK) < 0 && errno == ENOENT)
		error_hint(err, "'bundler lock' makes a lock: nothing is built without one");
	buffer_free(&text);
	return result;
}

void lock_close(struct lock *lock)
{
	pool_free(&lock->pool);
	*lock = (struct lock){ 0 };
}

char *lock_default_path(struct pool *pool, const char *recipe_file)
{
	const char *dot = strrchr(recipe_file, '.');
	int stem = (int)strlen(recipe_file);

	if (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0))
		stem = (int)(dot - recipe_file);
	return pool_format(pool, "%.*s.lock.json", stem, recipe_file);
}

static int mismatch(const struct lock *lock, const struct recipe *recipe, struct error *err,
		    const char *what, const char *locked, const char *wanted)
{
	error_set(err, STATUS_CONFIG, "cannot use lock '%s' with recipe '%s': %s is '%s' in the "
		  "lock, '%s' in the recipe", lock->file, recipe->file, what, locked, wanted);
	if (strcmp(lock->release, "official") == 0)
		return error_hint(err, "'bundler lock' writes the lock anew");
	return error_hint(err, "'bundler lock --release %s' writes the lock anew", lock->release);
}

/* The URLs are derived data: one that differs from the recipe's was edited or is out of date. */
static int check_urls(const struct lock *lock, const struct recipe *recipe, struct error *err)
{
	struct pool pool = { 0 };
	int result = 0;

	for (size_t i = 0; i < lock->asset_count && result == 0; i++) {
		const struct lock_asset *asset = &lock->assets[i];
		const char *url = recipe_url(recipe, asset->platform, &pool, err);

		if (!url)
			result = -1;
		else if (strcmp(url, asset->url) != 0)
			result = mismatch(lock, recipe, err, "url", asset->url, url);
	}
	pool_free(&pool);
	return result;
}

int lock_check(const struct lock *lock, const struct recipe *recipe, struct error *err)
{
	const char *locked = lock->certificates.file ? lock->certificates.file : "(none)";
	const char *wanted = recipe->certificates ? recipe->certificates : "(none)";
	const char *origin = lock->certificates.file ? lock->certificates.origin : "(none)";
	const char *wanted_origin = recipe->certificates ? recipe->origin : "(none)";

	if (strcmp(lock->name, recipe->name) != 0)
		return mismatch(lock, recipe, err, "name", lock->name, recipe->name);
	if (strcmp(lock->version, recipe->version) != 0)
		return mismatch(lock, recipe, err, "version", lock->version, recipe->version);
	if (strcmp(locked, wanted) != 0)
		return mismatch(lock, recipe, err, "certificates file", locked, wanted);
	if (strcmp(origin, wanted_origin) != 0)
		return mismatch(lock, recipe, err, "certificates origin", origin, wanted_origin);
	return check_urls(lock, recipe, err);
}

const struct lock_asset *lock_find(const struct lock *lock, const struct platform *platform,
				   struct error *err)
{
	for (size_t i = 0; i < lock->asset_count; i++)
		if (lock->assets[i].platform == platform)
			return &lock->assets[i];
	error_set(err, STATUS_CONFIG, "cannot use lock '%s': nothing is locked for platform '%s'",
		  lock->file, platform->name);
	return NULL;
}

const struct lock_result *lock_result_find(const struct lock *lock,
					   const struct platform *platform)
{
	for (size_t i = 0; i < lock->result_count; i++)
		if (lock->results[i].platform == platform)
			return &lock->results[i];
	return NULL;
}

char *lock_about(const struct lock *lock, const struct platform *platform, struct pool *pool)
{
	return pool_format(pool, "%s %s %s %s, compat %d", lock->name, lock->version,
			   platform->name, lock->release, LOCK_COMPAT);
}

static json_t *describe_certificates(const struct lock_certificates *certificates)
{
	char hex[DIGEST_HEX_BYTES];

	return json_pack("{s:s, s:s, s:s, s:I}",
			 "file", certificates->file,
			 "origin", certificates->origin,
			 "sha256", digest_write_hex(&certificates->digest, hex),
			 "count", (json_int_t)certificates->count);
}

static json_t *describe_asset(const struct lock_asset *asset)
{
	char hex[DIGEST_HEX_BYTES];
	json_t *object = json_pack("{s:s, s:s, s:s}",
				   "platform", asset->platform->name,
				   "url", asset->url,
				   "sha256", digest_write_hex(&asset->digest, hex));

	if (asset->size > 0)
		json_object_set_new(object, "size", json_integer((json_int_t)asset->size));
	return object;
}

static json_t *describe_assets(const struct lock *lock)
{
	json_t *assets = json_array();

	for (size_t i = 0; i < lock->asset_count; i++)
		json_array_append_new(assets, describe_asset(&lock->assets[i]));
	if (json_array_size(assets) == lock->asset_count)
		return assets;
	json_decref(assets);
	return NULL;
}

static json_t *describe_result(const struct lock_result *result)
{
	char hex[DIGEST_HEX_BYTES];
	json_t *object = json_pack("{s:s, s:s}", "platform", result->platform->name,
				   "mtree", digest_write_hex(&result->mtree, hex));

	if (!result->has_image)
		return object;
	json_object_set_new(object, "diff_id",
			    json_string(digest_write_hex(&result->diff_id, hex)));
	json_object_set_new(object, "manifest",
			    json_string(digest_write_hex(&result->manifest, hex)));
	return object;
}

static json_t *describe_results(const struct lock *lock)
{
	json_t *platforms = json_array();

	for (size_t i = 0; i < lock->result_count; i++)
		json_array_append_new(platforms, describe_result(&lock->results[i]));
	return json_pack("{s:i, s:s, s:o}", "compat", LOCK_COMPAT, "compressor", lock->compressor,
			 "platforms", platforms);
}

/* NULL when a text is not UTF-8. */
static json_t *describe(const struct lock *lock)
{
	json_t *root = json_pack("{s:i, s:i, s:s, s:s, s:s, s:I}",
				 "schema", LOCK_SCHEMA,
				 "compat", LOCK_COMPAT,
				 "name", lock->name,
				 "version", lock->version,
				 "release", lock->release,
				 "epoch", (json_int_t)lock->epoch);
	int result = 0;

	if (lock->certificates.file)
		result = json_object_set_new(root, "certificates",
					     describe_certificates(&lock->certificates));
	if (result == 0)
		result = json_object_set_new(root, "platforms", describe_assets(lock));
	if (result == 0 && lock->result_count > 0)
		result = json_object_set_new(root, "results", describe_results(lock));
	if (result == 0)
		return root;
	json_decref(root);
	return NULL;
}

int lock_format(const struct lock *lock, struct buffer *text, struct error *err)
{
	json_t *root = describe(lock);
	char *json = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	int result = 0;

	json_decref(root);
	if (!json)
		result = error_set(err, STATUS_CONFIG,
				   "cannot write the lock: its text is not UTF-8");
	else if (buffer_format(text, "%s\n", json) < 0)
		result = error_set(err, STATUS_LIMIT,
				   "cannot write the lock: larger than %zu bytes", text->maximum);
	free(json);
	return result;
}

int lock_write(const struct lock *lock, const char *file, staging_confirm *confirm, void *context,
	       struct error *err)
{
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_LOCK_BYTES);
	result = lock_format(lock, &text, err);
	if (result == 0)
		result = staging_replace_file(file, text.bytes, text.length, 0644, confirm,
					      context, err);
	buffer_free(&text);
	return result;
}
