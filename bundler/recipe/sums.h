/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_SUMS_H
#define BUNDLER_RECIPE_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/pool.h"

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

struct sums_digest {
	bool is_sha512;			/* there is no SHA-256 */
	struct digest sha256;
	struct digest_sha512 sha512;
};

/*
 * Finds the digest of a file name in the text of a checksum file: 1 when it has the name, 0 when it
 * does not. The forms are those that projects publish:
 *
 * - GNU's lines, with one or two spaces or " *", and BSD's, "SHA256 (name) = digits"; digits of any
 *   case; CRLF; a byte order mark; empty lines and comments; no newline at the end;
 * - the same, clear-signed (RFC 9580, section 7); the signature is not checked;
 * - GitHub's document of a release, with the digest of each asset;
 * - with alone, nothing but 64 or 128 digits, which are then those of the file.
 *
 * "./name" and "directory/name" are name, unless name itself is there. Of a name with both
 * digests the SHA-512 is not used. Lines of other algorithms are of use to others.
 *
 * The whole text is checked: -1 and STATUS_CONFIG for a line of another form, for a name with two
 * digests, for a name with nothing but other algorithms, and for UTF-16. name_of_sums is for
 * messages.
 */
int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name, bool alone,
	      struct sums_digest *digest, struct error *err);

/*
 * Whether sums_find may find a SHA-512: the text has 128 digits in a row. Nothing is parsed for
 * this.
 */
bool sums_may_have_sha512(const struct buffer *sums);

/* Visits each name in the text of a checksum file that is no document. Errors as for sums_find. */
int sums_names(const struct buffer *sums, const char *name_of_sums,
	       int (*visit)(void *context, const char *name, size_t length, struct error *err),
	       void *context, struct error *err);

/*
 * The name in a checksum file that is most like one that it does not have, and none of those that
 * are taken, in pool; NULL when none is like it. GitHub's document has names, too.
 */
const char *sums_near(const struct buffer *sums, const char *name, const char *const *taken,
		      size_t taken_count, struct pool *pool);

#endif
