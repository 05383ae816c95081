#ifndef BUNDLER_SUMS_H
#define BUNDLER_SUMS_H

#include "buffer.h"
#include "digest.h"
#include "error.h"

/*
 * The digest that a SHA256SUMS text gives for one file name. The text is the GNU form, a line
 * each of 64 lower-case digits, two spaces (or a space and '*'), and the name (coreutils manual,
 * "cksum output modes"). The whole text is checked: a line of another form or a name that stands
 * twice is STATUS_CONFIG, and so is a name that does not stand there. name_of_sums is for messages.
 */
int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name,
	      struct digest *digest, struct error *err);

#endif
