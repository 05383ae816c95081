/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_PURL_H
#define BUNDLER_BASE_PURL_H

#include "base/pool.h"

/* Package URLs (purl-spec, ECMA-427): names of packages that scanners look up. */

/* Why text is not a package URL, or NULL. */
const char *purl_fault(const char *text);

/* One qualifier; a table ends with a NULL key. */
struct purl_qualifier {
	const char *key;
	const char *value;	/* left out if it is NULL or empty */
};

/*
 * The package URL of a type, in pool. path is namespace and name with slashes between, version may
 * be NULL, qualifiers are in the order of their keys, or NULL. What needs it is percent-encoded.
 */
char *purl_make(struct pool *pool, const char *type, const char *path, const char *version,
		const struct purl_qualifier *qualifiers);

#endif
