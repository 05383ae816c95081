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
 * Making a lock: from the recipe, the release's digests, and the lock that it will replace
 * (bundler-lock(5), "How it is made").
 */

struct lock_make {
	const struct recipe *recipe;
	const char *lock_file;		/* its place, for messages */
	const struct lock *old;		/* the lock that is there; its file is NULL without one */
	struct fetch *fetch;
	const char *sums_file;		/* of the digests; NULL: where the recipe says */
	const char *release;		/* the release of these digests */
	int64_t epoch;			/* -1: the old lock's for the same version, else now */
	bool download;			/* fetch every archive, for its digest and size */
	int scratch;			/* for large contents: build all, pin results; or -1 */
};

/* Reads the lock at file into old; 0 also when there is none, and old->file is then NULL. */
int lock_make_read(struct lock *old, const char *file, struct error *err);

/*
 * Makes the lock, which lock_close ends. STATUS_CONFIG when the sums are malformed or lack a
 * platform that is not optional, STATUS_DIGEST when a digest is not the one that the old lock has
 * for the same version and release, and what fetching and building can fail with.
 */
int lock_make(const struct lock_make *make, struct lock *new, struct error *err);

#endif
