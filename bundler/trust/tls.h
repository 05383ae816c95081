/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_TLS_H
#define BUNDLER_TRUST_TLS_H

#include <stdbool.h>

#include <bearssl_ssl.h>

#include "base/buffer.h"
#include "base/error.h"
#include "trust/trust.h"

/*
 * TLS 1.2 (RFC 5246) with ECDHE, an AEAD (RFC 5289, 7905) and SHA-2; no renegotiation, no
 * resumption. trust.h checks the certificates, the kernel gives the random numbers. BearSSL has
 * no TLS 1.3.
 */

/* The policy and the result of one connection; must outlive the connection. */
struct tls_session {
	struct trust_engine engine;
	const br_ssl_client_certificate_class *client_certificate;	/* there is none */
	bool certificate_demanded;		/* by the server */
	bool connected;				/* the handshake is done */
	br_ssl_client_context *client;	/* borrowed, while it is connected */
	int failure;				/* BR_ERR_*, set by tls_close */
};

void tls_init(struct tls_session *session, const struct trust *trust);

/*
 * Sets the policy in a client context, after br_ssl_client_init_full and before
 * br_ssl_client_reset. STATUS_TLS without random numbers.
 */
int tls_configure(struct tls_session *session, br_ssl_client_context *client, struct error *err);

/* The handshake is done. */
void tls_connected(struct tls_session *session);

/*
 * Keeps the result of the connection. Call it before client is freed and the socket fd is closed:
 * where sending failed, the reason may be in an alert that nobody has read.
 */
void tls_close(struct tls_session *session, int fd);

/*
 * After tls_close: if the handshake or a record failed, adds the cause to reason and returns true.
 * host is the server's name.
 */
bool tls_explain(const struct tls_session *session, const char *host, struct buffer *reason);

/* What a user can do about it, or NULL. */
const char *tls_hint(const struct tls_session *session);

#endif
