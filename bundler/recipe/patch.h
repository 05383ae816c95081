/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_PATCH_H
#define BUNDLER_RECIPE_PATCH_H

#include "base/buffer.h"

/*
 * Adds the difference of two texts to patch in the unified format (POSIX.1-2017, diff, "Diff -u
 * Output Format"), as git diff shows it but without git's own header lines. before is NULL for a
 * new file. Equal texts add nothing. -1 beyond patch's maximum.
 */
int patch_add(struct buffer *patch, const char *path, const struct buffer *before,
	      const struct buffer *after);

#endif
