/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_GITHUB_H
#define BUNDLER_FETCH_GITHUB_H

#include "base/error.h"
#include "base/url.h"
#include "fetch/grant.h"
#include "fetch/http.h"

/* GitHub's API, https://api.github.com: the user's token for it, and its limit of requests. */

struct github {
	struct granted granted;	/* for requests without the token */
	const char *token;	/* a secret without a fault, or NULL */
};

/* What is wrong with a token, or NULL. The token is not in the text. */
const char *github_token_fault(const char *token);

/*
 * grant_get, for download.h. A request to the API has the token, another one never. Where the
 * API refuses because of its limit, the error says so, and until when.
 */
int github_get(void *github, const struct url *url, struct http_request *request,
	       struct http_answer *answer, struct error *err);

#endif
