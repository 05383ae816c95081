/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_URL_H
#define BUNDLER_BASE_URL_H

/*
 * URLs (RFC 3986), read strictly so that no other reader can see another host in them:
 * https, http and file, visible ASCII without a backslash, no user names or passwords.
 * Path and query are kept byte for byte.
 */

enum url_scheme {
	URL_HTTPS,
	URL_HTTP,
	URL_FILE
};

struct url {
	enum url_scheme scheme;
	char *host;	/* lower case, an IPv6 address in its brackets; empty for file */
	unsigned port;	/* the scheme's when none is written, 0 for file */
	char *target;	/* path and query; begins with a slash */
	char *text;	/* the whole, without fragment */
	char *shown;	/* the whole without query, which may hold a signature: for messages */
};

/* Why text is refused, or NULL when url has been filled; then the caller frees it. */
const char *url_parse(struct url *url, const char *text);

/* The same for a reference, absolute or relative, met in an answer of base (section 5.2). */
const char *url_resolve(struct url *url, const struct url *base, const char *reference);

void url_free(struct url *url);

/* Why text is no URL, or NULL: the fault of url_parse. */
const char *url_fault(const char *text);

/* The decoded path of a file URL, that the caller frees; NULL when it has a query, %00 or %2F. */
char *url_file_path(const struct url *url);

/* name with every byte but RFC 3986's unreserved ones percent-encoded. Caller frees. */
char *url_encode(const char *name);

#endif
