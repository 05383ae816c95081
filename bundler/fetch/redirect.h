/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_REDIRECT_H
#define BUNDLER_FETCH_REDIRECT_H

#include <pthread.h>

#include "base/error.h"
#include "fetch/http.h"
#include "fetch/proxy.h"
#include "trust/trust.h"

/*
 * GET with redirects followed, hop by hop: to https only, to a DNS name, at most LIMIT_REDIRECTS
 * of them, never from an address to a more private one, the query byte for byte.
 */

/* What all transfers share; threads may use one at the same time. */
struct redirect {
	int ca_directory;
	const char *ca_file;
	struct proxies proxies;
	pthread_mutex_t lock;	/* of trust */
	struct trust *trust;	/* loaded for the first https connection */
};

/* Keeps the pointers. ca_file is below descriptor ca_directory, or AT_FDCWD. */
void redirect_init(struct redirect *client, int ca_directory, const char *ca_file,
		   const struct proxies *proxies);
void redirect_free(struct redirect *client);

/*
 * GETs url: 0 when the body of a 200 or 206 has been taken. Of request the caller sets what
 * belongs to the transfer (offset, validator, stall_seconds, deadline, callbacks), the rest is
 * set here. -1 with STATUS_NETWORK, STATUS_TLS, STATUS_HTTP, STATUS_LIMIT, or what a callback
 * said; answer->transient says whether asking again may help. answer is the last hop's, and freed
 * by the caller with http_answer_free in either case.
 */
int redirect_get(struct redirect *client, const struct url *url, struct http_request *request,
		 struct http_answer *answer, struct error *err);

#endif
