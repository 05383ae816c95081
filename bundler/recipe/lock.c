/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, checks and writes locks. */
#include "recipe/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"

/* Also for 'bundler lock' itself, which keeps what it can of the lock that is there. */
static int hint_anew(struct error *err)
{
	return error_hint(err, "when it is moved away, 'bundler lock' writes a new one");
}

static int fault(const struct lock *lock, struct error *err, const char *key, const char *reason)
{
	error_set(err, STATUS_CONFIG, "cannot use lock '%s': key '%s' %s", lock->file, key, reason);
	return hint_anew(err);
}

/*
 * The kinds of members. jansson's json_unpack_ex would read them all in one call, but does not name
 * the key of a value with the wrong type.
 */
enum kind {
	STRING,		/* char * */
	NAME,		/* char *, a plain name: it becomes part of file names and outputs */
	DIGEST,		/* struct digest */
	PLATFORM,	/* const struct platform * */
	NUMBER,		/* 64 bits */
	OTHER		/* not for take_member */
};

struct member {
	char key[13];		/* "" ends a list; no pointer, which would be relocated */
	enum kind kind;
	bool optional;
	size_t offset;		/* of the place for the value */
	int64_t minimum, maximum;
};

#define ELSEWHERE(key) { key, OTHER, .offset = 0 }
#define END { .key = "" }

static const struct member versions[] = {
	{ "schema", NUMBER, .minimum = 1, .maximum = INT32_MAX },
	{ "compat", NUMBER, .offset = sizeof(int64_t), .minimum = 1, .maximum = INT32_MAX },
};

static const struct member lock_members[] = {
	ELSEWHERE("schema"),
	ELSEWHERE("compat"),
	{ "name", NAME, .offset = offsetof(struct lock, name) },
	{ "version", NAME, .offset = offsetof(struct lock, version) },
	{ "release", NAME, .offset = offsetof(struct lock, release) },
	{ "epoch", NUMBER, .offset = offsetof(struct lock, epoch), .maximum = LIMIT_EPOCH },
	ELSEWHERE("certificates"),
	ELSEWHERE("zoneinfo"),
	ELSEWHERE("platforms"),
	ELSEWHERE("releases"),
	ELSEWHERE("results"),
	END,
};

static const struct member certificates_members[] = {
	{ "file", STRING, .offset = offsetof(struct lock_file, file) },
	{ "origin", STRING, .offset = offsetof(struct lock_file, origin) },
	{ "sha256", DIGEST, .offset = offsetof(struct lock_file, digest) },
	{ "count", NUMBER, .offset = offsetof(struct lock_file, count),
	  .minimum = 1, .maximum = LIMIT_BUNDLE_CERTIFICATES },
	END,
};

static const struct member zoneinfo_members[] = {
	{ "file", STRING, .offset = offsetof(struct lock_file, file) },
	{ "origin", STRING, .offset = offsetof(struct lock_file, origin) },
	{ "sha256", DIGEST, .offset = offsetof(struct lock_file, digest) },
	{ "count", NUMBER, .offset = offsetof(struct lock_file, count),
	  .minimum = 1, .maximum = LIMIT_RECIPE_ENTRIES },
	END,
};

static const struct member asset_members[] = {
	{ "platform", PLATFORM, .offset = offsetof(struct lock_asset, platform) },
	{ "url", STRING, .offset = offsetof(struct lock_asset, url) },
	{ "sha256", DIGEST, .offset = offsetof(struct lock_asset, digest) },
	{ "size", NUMBER, .optional = true, .offset = offsetof(struct lock_asset, size),
	  .minimum = 1, .maximum = LIMIT_ARCHIVE_BYTES },
	END,
};

static const struct member releases_members[] = {
	{ "name", NAME, .offset = offsetof(struct lock_release, name) },
	{ "version", NAME, .offset = offsetof(struct lock_release, version) },
	ELSEWHERE("platforms"),
	END,
};

static const struct member results_members[] = {
	ELSEWHERE("compat"),
	{ "compressor", STRING, .offset = offsetof(struct lock, compressor) },
	ELSEWHERE("platforms"),
	END,
};

static const struct member result_members[] = {
	{ "platform", PLATFORM, .offset = offsetof(struct lock_result, platform) },
	{ "mtree", DIGEST, .offset = offsetof(struct lock_result, mtree) },
	{ "diff_id", DIGEST, .optional = true, .offset = offsetof(struct lock_result, diff_id) },
	{ "manifest", DIGEST, .optional = true, .offset = offsetof(struct lock_result, manifest) },
	END,
};

static int take_member(struct lock *lock, const json_t *object, const struct member *member,
		       void *into, struct error *err)
{
	const json_t *value = json_object_get(object, member->key);
	const char *text = json_string_value(value);
	void *place = (char *)into + member->offset;
	const struct platform *platform;
	int64_t number;

	if (member->kind == OTHER || (!value && member->optional))
		return 0;
	if (member->kind == NUMBER) {
		if (!json_is_integer(value))
			return fault(lock, err, member->key, "is not a number");
		number = json_integer_value(value);
		if (number < member->minimum || number > member->maximum)
			return fault(lock, err, member->key, "is out of range");
		memcpy(place, &number, sizeof number);
		return 0;
	}
	if (!text)
		return fault(lock, err, member->key, "is not a string");
	if (member->kind == DIGEST)
		return digest_parse_hex(place, text) == 0 ? 0
		       : fault(lock, err, member->key,
			       "is not 64 lower-case hexadecimal digits");
	if (member->kind == PLATFORM) {
		platform = platform_find(text, err);
		if (!platform || strcmp(platform->name, text) != 0)
			return fault(lock, err, member->key,
				     "is not the canonical name of a platform");
		*(const struct platform **)place = platform;
		return 0;
	}
	if (member->kind == NAME && path_name_fault(text))
		return fault(lock, err, member->key, "is not a plain name");
	*(char **)place = pool_string(&lock->pool, text);
	return 0;
}

/* Takes an object that has these members and no others. */
static int take_object(struct lock *lock, json_t *object, const struct member *members, void *into,
		       struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		const struct member *member = members;

		while (*member->key && strcmp(member->key, key) != 0)
			member++;
		if (!*member->key)
			return fault(lock, err, key, "is not known");
	}
	for (; *members->key; members++)
		if (take_member(lock, object, members, into, err) < 0)
			return -1;
	return 0;
}

/*
 * Takes a list of structs that begin with their platform. The list must be in the order of the
 * table of platforms, without duplicates.
 */
static int take_list(struct lock *lock, const json_t *array, const char *key,
		     const struct member *members, void **items, size_t size, size_t *count,
		     struct error *err)
{
	const struct platform *last = NULL;
	const size_t length = json_array_size(array);
	char *item;

	if (length == 0)
		return fault(lock, err, key, "is not a list, or is empty");
	*items = item = pool_new(&lock->pool, length, size);
	for (; *count < length; ++*count, item += size) {
		json_t *object = json_array_get(array, *count);

		if (!json_is_object(object))
			return fault(lock, err, key, "is not a list of objects");
		if (take_object(lock, object, members, item, err) < 0)
			return -1;
		if (*(const struct platform **)item <= last)
			return fault(lock, err, key, "is unsorted or has a duplicate");
		last = *(const struct platform **)item;
	}
	return 0;
}


static int take_assets(struct lock *lock, const json_t *object, struct lock_release *release,
		       struct error *err)
{
	return take_list(lock, json_object_get(object, "platforms"), "platforms", asset_members,
			 (void **)&release->assets, sizeof *release->assets,
			 &release->asset_count, err);
}

/* The recipe's own release, and the others in the order of their names. */
static int take_releases(struct lock *lock, const json_t *root, struct error *err)
{
	const json_t *array = json_object_get(root, "releases");
	const size_t others = json_array_size(array);

	if (array && others == 0)
		return fault(lock, err, "releases", "is not a list, or is empty");
	if (others >= LIMIT_RECIPE_RELEASES)
		return fault(lock, err, "releases", "has too many");
	lock->releases = pool_new(&lock->pool, others + 1, sizeof *lock->releases);
	lock->release_count = others + 1;
	lock->releases[0] = (struct lock_release){ .name = lock->name, .version = lock->version };
	if (take_assets(lock, root, &lock->releases[0], err) < 0)
		return -1;
	for (size_t i = 1; i <= others; i++) {
		struct lock_release *release = &lock->releases[i];
		json_t *object = json_array_get(array, i - 1);

		if (!json_is_object(object))
			return fault(lock, err, "releases", "is not a list of objects");
		if (take_object(lock, object, releases_members, release, err) < 0
		    || take_assets(lock, object, release, err) < 0)
			return -1;
		if (strcmp(release->name, lock->name) == 0
		    || (i > 1 && strcmp(release->name, release[-1].name) <= 0))
			return fault(lock, err, "releases", "is unsorted or has a duplicate");
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

static int take_results(struct lock *lock, json_t *object, int64_t compat, struct error *err)
{
	const json_t *platforms = json_object_get(object, "platforms");
	struct error ignored;
	int64_t version[2] = { 0 };

	if (!json_is_object(object))
		return fault(lock, err, "results", "is not an object");
	if (take_member(lock, object, &versions[1], version, err) < 0
	    || take_object(lock, object, results_members, lock, err) < 0)
		return -1;
	/* Results are comparable only within one compat. */
	if (version[1] != compat)
		return fault(lock, err, "results", "has a compat other than the lock's");
	if (!is_line(lock->compressor))
		return fault(lock, err, "compressor", "is not a line of visible characters");
	if (take_list(lock, platforms, "results", result_members, (void **)&lock->results,
		      sizeof *lock->results, &lock->result_count, err) < 0)
		return -1;
	for (size_t i = 0; i < lock->result_count; i++) {
		struct lock_result *made = &lock->results[i];

		if (!lock_find(lock, made->platform, &ignored))
			return fault(lock, err, "results",
				     "has a platform that is not locked");
		made->has_image = strcmp(made->platform->os, "linux") == 0;
		for (const struct member *of = &result_members[2]; *of->key; of++)
			if (!json_object_get(json_array_get(platforms, i), of->key)
			    == made->has_image)
				return fault(lock, err, of->key, made->has_image ? "is not a string"
					     : "is for an image, but Windows has none");
	}
	return 0;
}

/* Takes a file beside the recipe, if there is one. */
static int take_file(struct lock *lock, const json_t *root, const char *key,
		     const struct member *members, struct lock_file *file, struct error *err)
{
	json_t *object = json_object_get(root, key);

	if (object && !json_is_object(object))
		return fault(lock, err, key, "is not an object");
	return object ? take_object(lock, object, members, file, err) : 0;
}

static int take_lock(struct lock *lock, json_t *root, struct error *err)
{
	json_t *results = json_object_get(root, "results");
	int64_t version[2] = { 0 };

	if (!json_is_object(root)) {
		error_set(err, STATUS_CONFIG, "cannot use lock '%s': not a JSON object",
			  lock->file);
		return hint_anew(err);
	}
	/* In a later bundler's lock other faults are to be expected: report the version alone. */
	if (take_member(lock, root, &versions[0], version, err) < 0
	    || take_member(lock, root, &versions[1], version, err) < 0)
		return -1;
	if (version[0] > LOCK_SCHEMA || version[1] > LOCK_COMPAT) {
		error_set(err, STATUS_CONFIG, "cannot use lock '%s': a later bundler wrote it "
			  "(schema %d, compat %d)", lock->file, (int)version[0], (int)version[1]);
		return error_hint(err, "this one knows schema %d and compat %d", LOCK_SCHEMA,
				  LOCK_COMPAT);
	}
	if (take_object(lock, root, lock_members, lock, err) < 0)
		return -1;
	if (version[0] == 1 && json_object_get(root, "releases"))
		return fault(lock, err, "releases", "is not known in schema 1");
	if (version[0] == 1 && json_object_get(root, "zoneinfo"))
		return fault(lock, err, "zoneinfo", "is not known in schema 1");
	if (take_file(lock, root, "certificates", certificates_members, &lock->certificates,
		      err) < 0
	    || take_file(lock, root, "zoneinfo", zoneinfo_members, &lock->zoneinfo, err) < 0)
		return -1;
	if (take_releases(lock, root, err) < 0)
		return -1;
	return results ? take_results(lock, results, version[1], err) : 0;
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
	lock->digest = digest_of_output(text->bytes ? text->bytes : "", text->length);
	if (root) {
		result = take_lock(lock, root, err);
	} else {
		error_set(err, STATUS_CONFIG, "cannot use lock '%s': line %d, column %d: %s", file,
			  where.line, where.column, where.text);
		result = hint_anew(err);
	}
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
		return error_hint(err, "'bundler lock' writes a new lock");
	return error_hint(err, "'bundler lock --release %s' writes a new lock", lock->release);
}

/* Names and versions of all releases, which are in the same order. */
static int check_releases(const struct lock *lock, const struct recipe *recipe, struct error *err)
{
	for (size_t i = 0; i < lock->release_count || i < recipe->release_count; i++) {
		const char *name = i < lock->release_count ? lock->releases[i].name : "(none)";
		const char *wanted = i < recipe->release_count ? recipe->releases[i].name
							       : "(none)";
		const char *what = i == 0 ? "version" : "the version of a release";

		if (strcmp(name, wanted) != 0)
			return mismatch(lock, recipe, err, i == 0 ? "name" : "a release", name,
					wanted);
		if (strcmp(lock->releases[i].version, recipe->releases[i].version) != 0)
			return mismatch(lock, recipe, err, what, lock->releases[i].version,
					recipe->releases[i].version);
	}
	return 0;
}

/* URLs are derived from the recipe: one that differs was edited or is out of date. */
static int check_urls(const struct lock *lock, const struct recipe *recipe, size_t number,
		      struct error *err)
{
	const struct lock_release *locked = &lock->releases[number];
	struct pool pool = { 0 };
	int result = 0;

	for (size_t i = 0; i < locked->asset_count && result == 0; i++) {
		const struct lock_asset *asset = &locked->assets[i];
		const char *url = recipe_url(&recipe->releases[number], asset->platform, &pool,
					     err);

		if (!url)
			result = -1;
		else if (strcmp(url, asset->url) != 0)
			result = mismatch(lock, recipe, err, "url", asset->url, url);
	}
	pool_free(&pool);
	return result;
}

/* Another release has the platforms of the recipe's own one for which it has a format. */
static int check_platforms(const struct lock *lock, const struct recipe *recipe, size_t number,
			   struct error *err)
{
	const struct lock_release *own = &lock->releases[0], *release = &lock->releases[number];

	for (size_t i = 0; i < own->asset_count; i++) {
		const struct platform *platform = own->assets[i].platform;

		if (recipe_format(&recipe->releases[number], platform)
		    && !lock_find_in(release, platform))
			return error_set(err, STATUS_CONFIG, "cannot use lock '%s': nothing is "
					 "locked for platform '%s' of release '%s'", lock->file,
					 platform->name, release->name);
	}
	return 0;
}

static int check_file(const struct lock *lock, const struct recipe *recipe, const char *key,
		      const struct lock_file *locked, const char *wanted, const char *origin,
		      struct error *err)
{
	static const char none[] = "(none)";
	const char *file = locked->file ? locked->file : none;
	const char *from = locked->file ? locked->origin : none;
	char what[32];

	if (strcmp(file, wanted ? wanted : none) != 0) {
		snprintf(what, sizeof what, "%s file", key);
		return mismatch(lock, recipe, err, what, file, wanted ? wanted : none);
	}
	if (strcmp(from, wanted ? origin : none) != 0) {
		snprintf(what, sizeof what, "%s origin", key);
		return mismatch(lock, recipe, err, what, from, wanted ? origin : none);
	}
	return 0;
}

int lock_check(const struct lock *lock, const struct recipe *recipe, struct error *err)
{
	if (check_releases(lock, recipe, err) < 0)
		return -1;
	if (check_file(lock, recipe, "certificates", &lock->certificates, recipe->certificates,
		       recipe->origin, err) < 0
	    || check_file(lock, recipe, "zoneinfo", &lock->zoneinfo, recipe->zoneinfo,
			  recipe->zoneinfo_origin, err) < 0)
		return -1;
	for (size_t i = 0; i < lock->release_count; i++)
		if (check_urls(lock, recipe, i, err) < 0
		    || check_platforms(lock, recipe, i, err) < 0)
			return -1;
	return 0;
}

const struct lock_asset *lock_find_in(const struct lock_release *release,
				      const struct platform *platform)
{
	for (size_t i = 0; i < release->asset_count; i++)
		if (release->assets[i].platform == platform)
			return &release->assets[i];
	return NULL;
}

const struct lock_asset *lock_find(const struct lock *lock, const struct platform *platform,
				   struct error *err)
{
	const struct lock_asset *asset = lock_find_in(&lock->releases[0], platform);

	if (!asset)
		error_set(err, STATUS_CONFIG, "cannot use lock '%s': nothing is locked for "
			  "platform '%s'", lock->file, platform->name);
	return asset;
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

/* The assets of a release, as JSON. */
static json_t *describe_assets(const struct lock_release *release)
{
	json_t *assets = json_array();
	char hex[DIGEST_HEX_BYTES];
	int result = 0;

	for (size_t i = 0; i < release->asset_count; i++) {
		const struct lock_asset *asset = &release->assets[i];

		result |= json_array_append_new(assets, json_pack(
			"{s:s, s:s, s:s, s:o*}",
			"platform", asset->platform->name,
			"url", asset->url,
			"sha256", digest_write_hex(&asset->digest, hex),
			"size", asset->size > 0 ? json_integer((json_int_t)asset->size) : NULL));
	}
	if (result == 0)
		return assets;
	json_decref(assets);
	return NULL;
}

/* Adds a file beside the recipe, if there is one. */
static int describe_file(json_t *root, const char *key, const struct lock_file *file)
{
	char hex[DIGEST_HEX_BYTES];

	if (!file->file)
		return 0;
	return json_object_set_new(root, key, json_pack(
		"{s:s, s:s, s:s, s:I}",
		"file", file->file,
		"origin", file->origin,
		"sha256", digest_write_hex(&file->digest, hex),
		"count", (json_int_t)file->count));
}

/* The lock as JSON; NULL when a string is not UTF-8. */
static json_t *describe(const struct lock *lock)
{
	json_t *root = json_pack("{s:i, s:i, s:s, s:s, s:s, s:I}",
				 "schema", LOCK_SCHEMA,
				 "compat", LOCK_COMPAT,
				 "name", lock->name,
				 "version", lock->version,
				 "release", lock->release,
				 "epoch", (json_int_t)lock->epoch);
	json_t *others = json_array(), *results = json_array();
	char hex[3][DIGEST_HEX_BYTES];
	int result = 0;

	result |= describe_file(root, "certificates", &lock->certificates);
	result |= describe_file(root, "zoneinfo", &lock->zoneinfo);
	result |= json_object_set_new(root, "platforms", describe_assets(&lock->releases[0]));
	for (size_t i = 1; i < lock->release_count; i++)
		result |= json_array_append_new(others, json_pack("{s:s, s:s, s:o}",
			"name", lock->releases[i].name, "version", lock->releases[i].version,
			"platforms", describe_assets(&lock->releases[i])));
	if (lock->release_count > 1)
		result |= json_object_set_new(root, "releases", others);
	else
		json_decref(others);
	for (size_t i = 0; i < lock->result_count; i++) {
		const struct lock_result *made = &lock->results[i];

		digest_write_hex(&made->diff_id, hex[1]);
		digest_write_hex(&made->manifest, hex[2]);
		result |= json_array_append_new(results, json_pack(
			"{s:s, s:s, s:s*, s:s*}",
			"platform", made->platform->name,
			"mtree", digest_write_hex(&made->mtree, hex[0]),
			"diff_id", made->has_image ? hex[1] : NULL,
			"manifest", made->has_image ? hex[2] : NULL));
	}
	if (lock->result_count == 0)
		json_decref(results);
	else
		result |= json_object_set_new(root, "results", json_pack(
			"{s:i, s:s, s:o}", "compat", LOCK_COMPAT,
			"compressor", lock->compressor, "platforms", results));
	if (result == 0)
		return root;
	json_decref(root);
	return NULL;
}

int lock_format(const struct lock *lock, struct buffer *text, struct error *err)
{
	json_t *root = describe(lock);
	char *json = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	struct lock again = { 0 };
	int result = 0;

	json_decref(root);
	if (!json)
		result = error_set(err, STATUS_CONFIG,
				   "cannot write the lock: its text is not UTF-8");
	else if (buffer_format(text, "%s\n", json) < 0)
		result = error_set(err, STATUS_LIMIT,
				   "cannot write the lock: larger than %zu bytes", text->maximum);
	/* What is published has been read, so that the next run can. */
	if (result == 0) {
		result = lock_open_text(&again, lock->file ? lock->file : "new lock", text, err);
		lock_close(&again);
	}
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
