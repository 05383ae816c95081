/* SPDX-License-Identifier: Apache-2.0 */
/* Describes what an image was built from. */
#include "attest/provenance.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"

/* Paths say more of a machine than of the build. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- what it was built from (slsa ResourceDescriptor) ---- */

/* Adds something with a name or a URI, once. */
static void add(json_t *dependencies, const char *key, const char *name,
		const struct digest *digest, const char *origin)
{
	char hex[DIGEST_HEX_BYTES];
	json_t *resource = json_pack("{s:s, s:{s:s}}", key, name, "digest", "sha256",
				     digest_write_hex(digest, hex)), *other;
	size_t i;

	if (origin)
		json_object_set_new(resource, "annotations", json_pack("{s:s}", "origin", origin));
	json_array_foreach(dependencies, i, other)
		if (json_equal(other, resource)) {
			json_decref(resource);
			return;
		}
	json_array_append_new(dependencies, resource);
}

static int add_archives(const struct provenance *provenance, json_t *dependencies,
			struct error *err)
{
	const struct lock *lock = provenance->lock;

	for (size_t i = 0; i < provenance->platform_count; i++) {
		const struct platform *platform = provenance->platforms[i];

		if (!lock_find(lock, platform, err))
			return -1;
		for (size_t k = 0; k < lock->release_count; k++) {
			const struct lock_asset *asset = lock_find_in(&lock->releases[k],
								      platform);

			if (asset)
				add(dependencies, "uri", asset->url, &asset->digest, NULL);
		}
	}
	return 0;
}

static void add_pinned(json_t *dependencies, const struct lock_file *file)
{
	if (file->file)
		add(dependencies, "name", file->file, &file->digest, file->origin);
}

/* Whether one of the platforms has the entry. */
static bool is_used(const struct provenance *provenance, const struct recipe_entry *entry)
{
	for (size_t i = 0; i < provenance->platform_count; i++)
		if (!entry->os || strcmp(entry->os, provenance->platforms[i]->os) == 0)
			return true;
	return false;
}

/* Of the recipe, in its order. */
static int add_files(const struct provenance *provenance, json_t *dependencies, struct error *err)
{
	const struct recipe *recipe = provenance->recipe;
	int result = 0;

	for (size_t i = 0; i < recipe->entry_count && result == 0; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		struct digest digest;
		struct buffer bytes;

		if (entry->source != RECIPE_FILE || !is_used(provenance, entry))
			continue;
		buffer_init(&bytes, LIMIT_RECIPE_FILE_BYTES);
		result = recipe_read_file(recipe, entry->argument, &bytes, err);
		digest = digest_of_output(bytes.bytes ? bytes.bytes : "", bytes.length);
		if (result == 0)
			add(dependencies, "name", entry->argument, &digest, NULL);
		buffer_free(&bytes);
	}
	return result;
}

static json_t *describe_dependencies(const struct provenance *provenance, struct error *err)
{
	const struct recipe *recipe = provenance->recipe;
	const struct lock *lock = provenance->lock;
	json_t *dependencies = json_array();

	add(dependencies, "name", base_name(recipe->file), &recipe->digest, NULL);
	add(dependencies, "name", base_name(lock->file), &lock->digest, NULL);
	if (add_archives(provenance, dependencies, err) < 0)
		goto fail;
	add_pinned(dependencies, &lock->certificates);
	add_pinned(dependencies, &lock->zoneinfo);
	if (add_files(provenance, dependencies, err) == 0)
		return dependencies;
fail:
	json_decref(dependencies);
	return NULL;
}

/* ---- the predicate ---- */

/* Few, because verifiers should refuse what they do not know (slsa, "externalParameters"). */
static json_t *describe_parameters(const struct provenance *provenance)
{
	json_t *platforms = json_array(), *parameters;

	for (size_t i = 0; i < provenance->platform_count; i++)
		json_array_append_new(platforms, json_string(provenance->platforms[i]->name));
	parameters = json_pack("{s:s, s:s, s:o, s:s}",
			       "recipe", base_name(provenance->recipe->file),
			       "lock", base_name(provenance->lock->file),
			       "platforms", platforms, "compress", provenance->compress);
	if (provenance->flavour)
		json_object_set_new(parameters, "flavour", json_string(provenance->flavour));
	return parameters;
}

static json_t *describe_builder(const struct provenance *provenance)
{
	json_t *version = json_pack("{s:s}", "bundler", provenance->version);

	if (provenance->compressor)
		json_object_set_new(version, "compressor", json_string(provenance->compressor));
	return json_pack("{s:s, s:o}", "id", provenance->builder ? provenance->builder
			 : PROVENANCE_LOCAL, "version", version);
}

json_t *provenance_describe(const struct provenance *provenance, struct error *err)
{
	json_t *dependencies = describe_dependencies(provenance, err);

	return !dependencies ? NULL
	       : json_pack("{s:{s:s, s:o, s:{s:I, s:i}, s:o}, s:{s:o}}",
			   "buildDefinition", "buildType", PROVENANCE_BUILD_TYPE,
			   "externalParameters", describe_parameters(provenance),
			   "internalParameters", "epoch", (json_int_t)provenance->epoch,
			   "compat", LOCK_COMPAT, "resolvedDependencies", dependencies,
			   "runDetails", "builder", describe_builder(provenance));
}

bool provenance_is_ours(const json_t *predicate)
{
	const char *type = json_string_value(json_object_get(
		json_object_get(predicate, "buildDefinition"), "buildType"));

	return type && strcmp(type, PROVENANCE_BUILD_TYPE) == 0;
}
