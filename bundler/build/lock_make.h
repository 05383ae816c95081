/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_LOCK_MAKE_H
#define BUNDLER_BUILD_LOCK_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "fetch/fetch.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/*
 * Makes a lock from the recipe, the release's digests, and the old lock (bundler-lock(5), "How it
 * is made").
 */

struct lock_make {
	const struct recipe *recipe;
	const char *lock_file;		/* path of the lock, for messages */
	const struct lock *old;		/* the existing lock; its file is NULL without one */
	struct fetch *fetch;
	const char *const *sums;	/* files of digests; without any, the recipe's URLs */
	size_t sums_count;
	const char *release;		/* origin of the archives with these digests */
	int64_t epoch;			/* -1: the old lock's for the same version, else now */
	bool download;			/* fetch every archive, not only those of a SHA-512 */
	bool record;			/* whether results are pinned */
	int scratch;			/* directory for large contents: of that, of zones; or -1 */
};

/* Reads the lock at file into old. Without such a file, succeeds and old->file is NULL. */
int lock_make_read(struct lock *old, const char *file, struct error *err);

/*
 * Makes the lock; lock_close frees it. Its assets point to make's sums. STATUS_CONFIG if the sums
 * are malformed or lack a platform that is not optional, STATUS_DIGEST if a digest differs from the
 * old lock's for the same version and release; also fails as fetching and building do.
 */
int lock_make(const struct lock_make *make, struct lock *new, struct error *err);

#endif
