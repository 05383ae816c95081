/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_TRUST_H
#define BUNDLER_TRUST_TRUST_H

#include <stddef.h>
#include <stdint.h>

#include <bearssl_x509.h>

#include "base/error.h"
#include "base/limits.h"

/*
 * Which servers we believe: a bundle of root certificates, and an X.509 engine for BearSSL
 * that adds to br_x509_minimal the rules of RFC 5280 and of the CA/Browser Forum's baseline
 * requirements that it lacks (policy.h). Only DNS names are checked, never IP addresses.
 */

/* The roots. Read-only after loading: threads may share it. */
struct trust;

/*
 * Loads the PEM bundle at path, below directory descriptor dirfd or AT_FDCWD: every
 * certificate in it, or STATUS_TLS. Caller frees with trust_free.
 */
int trust_load(struct trust **trust, int dirfd, const char *path, struct error *err);

/* The same from bytes; name stands for them in messages. */
int trust_parse(struct trust **trust, const char *name, const char *pem, size_t length,
		struct error *err);

void trust_free(struct trust *trust);

/*
 * 0 when host is a DNS name that a certificate can be checked for (RFC 1123 section 2.1,
 * RFC 9525 section 2): two or more labels or "localhost", no wildcard, no final dot, no IP
 * address. Otherwise STATUS_TLS. An internationalised name has to be in its ASCII form.
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
 * The engine, one per connection, in the caller's storage; owns nothing. Hand &engine->vtable
 * to br_ssl_engine_set_x509. A connection without a server name is refused.
 */
struct trust_engine {
	const br_x509_class *vtable;	/* must be first */
	const struct trust *trust;
	int64_t now;			/* seconds since 1970 at which certificates must be valid */
	br_x509_minimal_context minimal;
	struct trust_chain chain;
	char host[256];
	char reason[256];
	int verdict;			/* BR_ERR_X509_OK when the chain was accepted */
};

/* Prepares the engine for one connection, now being the current time. trust must outlive it. */
void trust_engine_init(struct trust_engine *engine, const struct trust *trust);

/* Why the chain was refused, in words that may hold untrusted bytes; NULL if it was not. */
const char *trust_engine_reason(const struct trust_engine *engine);

#endif
