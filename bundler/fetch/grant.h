/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_GRANT_H
#define BUNDLER_FETCH_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/url.h"
#include "fetch/http.h"
#include "fetch/redirect.h"

/*
 * What a user lets bundler send to private sources: fields of requests, each for one origin. Only
 * requests for a URL of this origin have it, and no longer once a redirect has left the origin. It
 * goes over https, or over http to this machine. No message has anything of a secret.
 */

struct grants {
	struct grant *list;	/* in the order in which they were added */
	size_t count;
};

/* Adds a bearer token, "ORIGIN TOKEN", of the variable with this name. STATUS_USAGE. */
int grant_token(struct grants *grants, const char *text, const char *name, struct error *err);

/* Adds the lines "ORIGIN NAME: VALUE" of the file at path, which outlives grants. STATUS_FILE. */
int grant_headers(struct grants *grants, const char *path, struct error *err);

/*
 * Adds the logins of a netrc file. One that nobody has named need not be there; if it cannot be
 * used, its logins are only spoken of (grant_get). STATUS_FILE.
 */
int grant_netrc(struct grants *grants, const char *path, bool named, struct error *err);

/* Whether the URL is of plain http and this machine, where what is granted goes by no proxy. */
bool grant_is_local(const struct url *url);

void grant_free(struct grants *grants);

/* For grant_get. */
struct granted {
	struct redirect *client;
	const struct grants *grants;	/* or NULL */
};

/*
 * redirect_get, for download.h, with what is granted to the origin of url: all fields of header
 * files, and of the others the first that has an Authorization field. context is a struct granted.
 * If the server refuses, a hint says what it was sent, or what was held back.
 */
int grant_get(void *context, const struct url *url, struct http_request *request,
	      struct http_answer *answer, struct error *err);

#endif
