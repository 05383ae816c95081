/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_PINS_H
#define BUNDLER_BUILD_PINS_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/platform.h"
#include "recipe/lock.h"

/* The results that a lock pins, against what is made of it. */

enum pins_kind { PINS_MTREE, PINS_DIFF_ID, PINS_MANIFEST };

/*
 * STATUS_DIGEST when the lock pins another digest for this platform than the one of what was made,
 * with its files at epoch. Nothing is compared where nothing is pinned, or for another epoch than
 * the lock's; nor is an image's manifest, which has the compressed layer in it, when another
 * compressor made it.
 */
int pins_check(const struct lock *lock, const struct platform *platform, int64_t epoch,
	       enum pins_kind kind, const struct digest *digest, struct error *err);

#endif
