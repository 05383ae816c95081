/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_DIGESTS_H
#define BUNDLER_LINT_DIGESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"

/* Digests of downloads, as Dockerfiles write them, from outside. */

/* Algorithms, as bits. */
enum { LINT_SHA256 = 1, LINT_SHA512 = 2 };

/* Those that a variable may have by its name, such as GIT_DOWNLOAD_SHA256 or NATS_SHASUM, or 0. */
unsigned digests_named(const char *name);

/* Which digest a text is, or 0; zeros are none. */
unsigned digests_kind(const char *text);

/* The next digest that is written out in a text, from *offset to end, or NULL. In pool. */
const char *digests_next(struct pool *pool, const char *text, size_t *offset, size_t end);

/* The digest in a line such as "<digest> *DIR/NAME" for sha256sum, or NULL. In pool. */
const char *digests_before(struct pool *pool, const char *text, const char *name);

/* Those that the commands of a script compare. */
unsigned digests_checked(const char *text);

/* Whether they compare what a file such as SHA256SUMS or thing.tar.gz.sha512 has. */
bool digests_listed(const char *text);

#endif
