/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_PATCH_H
#define BUNDLER_RECIPE_PATCH_H

#include "base/buffer.h"

/*
 * Adds to patch how a text changes, in the unified format (POSIX.1-2017, diff, "Diff -u Output
 * Format") as git diff shows it, without git's own header lines. before is NULL for a file that is
 * new. Nothing is added for equal texts. -1 when the patch's maximum is passed.
 */
int patch_add(struct buffer *patch, const char *path, const struct buffer *before,
	      const struct buffer *after);

#endif
