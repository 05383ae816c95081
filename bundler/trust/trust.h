/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_TRUST_H
#define BUNDLER_TRUST_TRUST_H

#include <stddef.h>
#include <stdint.h>

#include <bearssl_x509.h>

#include "base/error.h"
#include "base/limits.h"

/*
 * Decides which servers are trusted: a bundle of root certificates, and an X.509 engine for
 * BearSSL that applies the rules of policy.h and verifies the signatures. Servers have DNS names;
 * IP addresses are refused.
 */

/* The roots. Read-only after loading: threads may share it. */
struct trust;

/*
 * Loads the PEM bundle at path, relative to dirfd or AT_FDCWD. STATUS_TLS unless every certificate
 * in it can be read. Caller frees with trust_free.
 */
int trust_load(struct trust **trust, int dirfd, const char *path, struct error *err);

/* The same from bytes; name is for messages. */
int trust_parse(struct trust **trust, const char *name, const char *pem, size_t length,
		struct error *err);

void trust_free(struct trust *trust);

/*
 * STATUS_TLS unless host is a DNS name (RFC 1123 section 2.1, RFC 9525 section 2): no wildcard, no
 * final dot, no IP address. An internationalised name must be in its ASCII form.
 */
int trust_check_host(const char *host, struct error *err);

/* The certificates that a server sent, leaf first, one after the other. */
struct trust_chain {
	size_t count;
	size_t ends[LIMIT_CHAIN_CERTIFICATES];	/* offset past each certificate in bytes */
	size_t length;
	uint8_t bytes[LIMIT_CHAIN_BYTES];
};

/*
 * The engine, one per connection, in the caller's storage; owns nothing. &engine->vtable is for
 * br_ssl_engine_set_x509. A connection without a server name is refused.
 */
struct trust_engine {
	const br_x509_class *vtable;	/* must be first */
	const struct trust *trust;
	int64_t now;			/* seconds since 1970 at which certificates must be valid */
	br_x509_pkey key;		/* the server's, in chain */
	struct trust_chain chain;
	char host[256];
	char reason[256];
	int verdict;			/* BR_ERR_X509_OK when the chain was accepted */
};

/* Prepares the engine for one connection at the current time. trust must outlive the engine. */
void trust_engine_init(struct trust_engine *engine, const struct trust *trust);

/* Why the chain was refused, or NULL; may hold untrusted bytes. */
const char *trust_engine_reason(const struct trust_engine *engine);

#endif
