/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_TOKEN_H
#define BUNDLER_REGISTRY_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/url.h"
#include "fetch/address.h"
#include "fetch/redirect.h"
#include "registry/challenge.h"
#include "registry/credentials.h"

/*
 * Bearer tokens from the service that a registry names (distribution, "Token Authentication"). The
 * registry chooses where we connect to and who might get a password, so the service must be reached
 * by https, unless it is on the registry's host and that is used by plain http; it must not be more
 * private than the registry; redirects are not followed; and credentials are for the domain of the
 * registry alone: a service elsewhere is asked without.
 */

struct token_request {
	struct redirect *client;
	const struct url *registry;		/* which was asked */
	enum address_class registry_address;	/* where it answered */
	const struct challenge *challenge;
	const struct credentials *credentials;	/* for this registry, or NULL */
	const char *scope;
	unsigned stall_seconds;
	int64_t deadline;			/* of clock.h */
};

/*
 * Asks for a token: 0, and *token is the caller's to free; *secret says whether credentials were
 * sent for it. -1: STATUS_HTTP for a service that is refused, STATUS_REGISTRY with its own words,
 * else as redirect_single. answer is that of the service, freed with http_answer_free in both
 * cases.
 */
int token_get(const struct token_request *request, char **token, bool *secret,
	      struct http_answer *answer, struct error *err);

/* Whether a token service may get the credentials for a registry, by the names of both. */
bool token_shares_domain(const char *registry, const char *service);

/* Reads the token of a service's answer: NULL, or why it is refused. Caller frees *token. */
const char *token_parse(char **token, const struct buffer *text);

#endif
