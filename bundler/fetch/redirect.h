/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_REDIRECT_H
#define BUNDLER_FETCH_REDIRECT_H

#include <pthread.h>

#include "base/error.h"
#include "fetch/event.h"
#include "fetch/http.h"
#include "fetch/proxy.h"
#include "trust/trust.h"

/*
 * GET that follows redirects, hop by hop, at most LIMIT_REDIRECTS: only to https and a DNS name,
 * never from an address to a more private one. The query of a URL is kept byte for byte.
 */

/* Shared by all transfers. Threads may use it at the same time. */
struct redirect {
	int ca_directory;
	const char *ca_file, *ca_origin;
	struct proxies proxies;
	struct event_sink events;	/* EVENT_DETAIL for each request and the certificates */
	pthread_mutex_t lock;	/* of trust */
	struct trust *trust;	/* loaded for the first https connection */
};

/*
 * Keeps the pointers, which must outlive client. ca_file is below descriptor ca_directory, or
 * AT_FDCWD; ca_origin says who has chosen it, or is NULL. Ended with redirect_free.
 */
void redirect_init(struct redirect *client, int ca_directory, const char *ca_file,
		   const char *ca_origin, const struct proxies *proxies,
		   const struct event_sink *events);
void redirect_free(struct redirect *client);

/*
 * GETs url, or with method HEAD asks for its header: 0 when the body of a 200 or 206 was taken, or
 * a 200 came to HEAD. The caller sets the members of request that belong to the transfer (method,
 * offset, validator, accept, authorization, fields, this_machine, refusal, stall_seconds, deadline,
 * callbacks); the others are set here. Once a redirect leaves the origin of url, authorization and
 * fields are not sent any more. -1 as http_ask; answer->transient says whether another attempt may
 * help. answer is that of the last hop, and the caller frees it with http_answer_free in either
 * case.
 */
int redirect_get(struct redirect *client, const struct url *url, struct http_request *request,
		 struct http_answer *answer, struct error *err);

/*
 * The same without redirects, for any method: only 200 and 206 to GET, 202 to POST and 201 to PUT
 * are no failure. The caller sets most_private, this_machine, form and upload, too.
 */
int redirect_single(struct redirect *client, const struct url *url, struct http_request *request,
		    struct http_answer *answer, struct error *err);

/* Why no answer may lead to a URL of another origin, or NULL. */
const char *redirect_fault(const struct url *url);

#endif
