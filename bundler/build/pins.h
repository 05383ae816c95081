/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_PINS_H
#define BUNDLER_BUILD_PINS_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/platform.h"
#include "recipe/lock.h"

/* Compares results with those that the lock pins. */

enum pins_kind { PINS_MTREE, PINS_DIFF_ID, PINS_MANIFEST };

/*
 * STATUS_DIGEST if the lock pins another digest of this kind for the platform. epoch is the time of
 * the result's files. Nothing is compared if nothing is pinned or epoch is not the lock's. Nor is
 * an image's manifest if another compressor made it: it has the compressed layer's digest.
 */
int pins_check(const struct lock *lock, const struct platform *platform, int64_t epoch,
	       enum pins_kind kind, const struct digest *digest, struct error *err);

/*
 * What the lock pins for a platform and for files at epoch. NULL and STATUS_CONFIG when it pins
 * nothing.
 */
const struct lock_result *pins_find(const struct lock *lock, const struct platform *platform,
				    int64_t epoch, struct error *err);

#endif
