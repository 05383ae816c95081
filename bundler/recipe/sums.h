/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_SUMS_H
#define BUNDLER_RECIPE_SUMS_H

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"

/*
 * A line of sha256sum(1) in the GNU form (coreutils manual, "cksum output modes"): 64 lower-case
 * digits, two spaces (or a space and '*'), and a name.
 */
struct sums_line {
	struct digest digest;
	const char *name;	/* in the text, not NUL-terminated */
	size_t name_length;
};

/* Reads the line at *text and moves *text past it: 1, 0 at end, -1 for a line of another form. */
int sums_next(const char **text, const char *end, struct sums_line *line);

/*
 * Finds the digest of a file name in the text sums: 1 when it has the name, 0 when it does not. The
 * whole text is checked: -1 and STATUS_CONFIG for a line of another form, a control character, or
 * the name twice. name_of_sums is for messages.
 */
int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name,
	      struct digest *digest, struct error *err);

#endif
