/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_URL_H
#define BUNDLER_BASE_URL_H

#include <stdbool.h>

/*
 * URLs (RFC 3986), read strictly, so that no other program finds another host in them: https, http
 * and file, visible ASCII without a backslash, no user names or passwords. Path and query are kept
 * byte for byte.
 */

enum url_scheme {
	URL_HTTPS,
	URL_HTTP,
	URL_FILE
};

struct url {
	enum url_scheme scheme;
	char *host;	/* lower case, an IPv6 address in its brackets; empty for file */
	unsigned port;	/* the scheme's default if the URL has none; 0 for file */
	char *target;	/* path and query; begins with a slash */
	char *text;	/* the whole URL without fragment */
	char *shown;	/* for messages: without the query, which may have a signature */
};

/* Fills url and returns NULL, or why text is refused. Caller frees with url_free. */
const char *url_parse(struct url *url, const char *text);

/* The same for an absolute or relative reference in an answer from base (section 5.2). */
const char *url_resolve(struct url *url, const struct url *base, const char *reference);

void url_free(struct url *url);

/* Whether both have the same scheme, host and port (RFC 6454 section 5). */
bool url_is_same_origin(const struct url *a, const struct url *b);

/* Why url_parse refuses text, or NULL. */
const char *url_fault(const char *text);

/* The decoded path of a file URL; NULL when it has a query, %00 or %2F. Caller frees. */
char *url_file_path(const struct url *url);

/* name with all but RFC 3986's unreserved characters percent-encoded. Caller frees. */
char *url_encode(const char *name);

#endif
