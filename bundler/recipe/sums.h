/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_SUMS_H
#define BUNDLER_RECIPE_SUMS_H

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"

/*
 * The digest that a SHA256SUMS text gives for one file name: 1 when the name stands there, 0 when
 * it does not. The text is the GNU form, a line each of 64 lower-case digits, two spaces (or a
 * space and '*'), and the name, without control characters (coreutils manual, "cksum output
 * modes"). The whole text is checked: a line of another form or the name standing twice is -1,
 * STATUS_CONFIG. name_of_sums is for messages.
 */
int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name,
	      struct digest *digest, struct error *err);

#endif
