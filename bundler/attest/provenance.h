/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_PROVENANCE_H
#define BUNDLER_ATTEST_PROVENANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/platform.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/*
 * From what and how images were built, as SLSA's provenance v1 (slsa spec/build-provenance.md). The
 * predicate has no times, so whoever has recipe and lock can make it again.
 */

/* docs/buildtypes/image-v1.md */
#define PROVENANCE_BUILD_TYPE "https://bundler.example/buildtypes/image/v1"
/* Somebody ran bundler: nothing is known of that machine. */
#define PROVENANCE_LOCAL "https://bundler.example/builders/local/v1"

struct provenance {
	const struct recipe *recipe;	/* both were read from files */
	const struct lock *lock;
	const struct platform *const *platforms;	/* of the image, or of those of an index */
	size_t platform_count;
	const char *flavour;		/* its name, or NULL */
	const char *compress;		/* of the layer, as --compress takes it */
	int64_t epoch;
	const char *builder;		/* URI, or NULL for PROVENANCE_LOCAL */
	const char *version;		/* of bundler */
	const char *compressor;		/* library, version and level, or NULL */
};

/*
 * The predicate; the caller frees it. Files beside the recipe are read. NULL with STATUS_CONFIG or
 * STATUS_FILE when they cannot be, or when the lock has no archive for a platform.
 */
json_t *provenance_describe(const struct provenance *provenance, struct error *err);

/* Whether a predicate says that bundler built an image. */
bool provenance_is_ours(const json_t *predicate);

#endif
