/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_LOCK_H
#define BUNDLER_RECIPE_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/platform.h"
#include "base/pool.h"
#include "base/staging.h"
#include "recipe/recipe.h"

/*
 * The lock: the exact inputs and results of a recipe (bundler-lock(5)). bundler writes it, people
 * review it, and nothing is built without one.
 */

#define LOCK_SCHEMA 2		/* of the file; 1 has neither releases nor zoneinfo */
#define LOCK_COMPAT 1		/* of the outputs: same number, same bytes */

struct lock_asset {
	const struct platform *platform;
	char *url;
	struct digest digest;
	uint64_t size;		/* bytes, 0 when not known */
	/* Of a lock that was just made, else NULL: */
	const char *name;	/* of the archive */
	const char *sums;	/* the checksum file: path or URL */
	bool by_sha512;		/* which has nothing but the archive's SHA-512 */
};

/* A release, with the name that the recipe gives it: for its own one that of the recipe. */
struct lock_release {
	char *name, *version;
	struct lock_asset *assets;	/* in the order of platform_table() */
	size_t asset_count;
};

/* A file beside the recipe: the bundle of certificates, or the archive of time zones. */
struct lock_file {
	char *file;		/* as in the recipe; NULL when the recipe has none */
	char *origin;
	struct digest digest;
	uint64_t count;		/* of certificates, or time zones */
};

/* The digests of a platform's outputs. */
struct lock_result {
	const struct platform *platform;
	struct digest mtree;		/* of the manifest of the root file system */
	bool has_image;			/* on Linux; then these are set: */
	struct digest diff_id, manifest;	/* of the layer, uncompressed, and of the image */
};

struct lock {
	char *file;		/* as the user named it */
	struct digest digest;	/* of its bytes, when it was read */
	char *name, *version;
	char *release;		/* origin of the archives: "official", "source", another name */
	int64_t epoch;		/* time of every file, seconds since 1970 */
	struct lock_file certificates, zoneinfo;
	struct lock_release *releases;	/* in the recipe's order: its own, then others by name */
	size_t release_count;
	char *compressor;		/* compress_version() of the results; NULL without any */
	struct lock_result *results;	/* in the order of platform_table() */
	size_t result_count;
	struct pool pool;
};

/* The lock's default path, in pool: the recipe's with ".lock.json" in place of ".yaml". */
char *lock_default_path(struct pool *pool, const char *recipe_file);

/*
 * Reads a lock; lock_close frees it. STATUS_CONFIG for keys, types and values that lock_write does
 * not write, and for a lock of a later bundler. Keys may have any order, and blanks between them.
 */
int lock_open(struct lock *lock, const char *file, struct error *err);

/* The same from text; file is for messages. */
int lock_open_text(struct lock *lock, const char *file, const struct buffer *text,
		   struct error *err);
void lock_close(struct lock *lock);

/*
 * STATUS_CONFIG when the lock was not made for this recipe: names, versions, files beside it, URLs.
 * Afterwards an index is that of the same release in both.
 */
int lock_check(const struct lock *lock, const struct recipe *recipe, struct error *err);

/* A release's asset for a platform, or NULL. */
const struct lock_asset *lock_find_in(const struct lock_release *release,
				      const struct platform *platform);

/* The same of the recipe's own release; NULL and STATUS_CONFIG if the lock has none. */
const struct lock_asset *lock_find(const struct lock *lock, const struct platform *platform,
				   struct error *err);

/* The result of a platform, or NULL. */
const struct lock_result *lock_result_find(const struct lock *lock,
					   const struct platform *platform);

/* Describes a platform's outputs in a line, in pool: name, version, platform, release, compat. */
char *lock_about(const struct lock *lock, const struct platform *platform, struct pool *pool);

/* Adds the lock as JSON to text: equal locks give equal bytes. */
int lock_format(const struct lock *lock, struct buffer *text, struct error *err);

/* Replaces file by that text; confirm and context as in staging_replace_file. */
int lock_write(const struct lock *lock, const char *file, staging_confirm *confirm, void *context,
	       struct error *err);

#endif
