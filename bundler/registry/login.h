/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_LOGIN_H
#define BUNDLER_REGISTRY_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/url.h"
#include "fetch/redirect.h"
#include "image/reference.h"
#include "registry/credentials.h"

/*
 * Answers the challenges of registries: with Basic, or with a token (token.h). What a registry has
 * taken for a repository is remembered. A login goes to the registry's origin alone, and over plain
 * http to a loopback address alone.
 */

/* Threads may use it at the same time. */
struct logins;

struct login_files {
	const char *const *paths;	/* in the order in which they are looked at */
	size_t count;
	bool named;			/* by the user: they must be there */
	credentials_helper *helper;	/* for logins that programs keep; asked once for each */
	void *context;			/* the helper's */
};

/*
 * Reads the files with logins (credentials.h). client and the paths must outlive logins, which
 * login_close ends. STATUS_FILE, STATUS_LIMIT.
 */
int login_open(struct logins **logins, struct redirect *client, const struct login_files *files,
	       struct error *err);
void login_close(struct logins *logins);

/*
 * redirect_get for a URL of the reference's registry, or for POST and PUT redirect_single, with the
 * login that it asks for: a token is for these actions, such as "pull". When the registry refuses,
 * STATUS_REGISTRY has its own words.
 */
int login_ask(struct logins *logins, const struct reference *reference, const char *actions,
	      const struct url *url, struct http_request *request, struct http_answer *answer,
	      struct error *err);

#endif
