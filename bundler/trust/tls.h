/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_TLS_H
#define BUNDLER_TRUST_TLS_H

#include <stdbool.h>

#include <bearssl_ssl.h>

#include "base/buffer.h"
#include "base/error.h"
#include "trust/trust.h"

/*
 * What TLS means here: version 1.2 (RFC 5246), ECDHE with an AEAD (RFC 5289, 7905), SHA-2,
 * no renegotiation, no resumption, certificates judged by trust.h, keys from the kernel's
 * random numbers. BearSSL has no TLS 1.3.
 */

/* One connection's policy and verdict; must live as long as the connection. */
struct tls_session {
	struct trust_engine engine;
	const br_ssl_client_context *client;	/* the library's, while it is connected */
	int failure;				/* BR_ERR_*, known once the connection is closed */
};

void tls_init(struct tls_session *session, const struct trust *trust);

/*
 * Sets the policy in a client context that br_ssl_client_init_full has prepared and that
 * br_ssl_client_reset has not yet started. -1 and STATUS_TLS without random numbers.
 */
int tls_configure(struct tls_session *session, br_ssl_client_context *client, struct error *err);

/* Notes what became of the connection; to be called while client still exists. */
void tls_close(struct tls_session *session);

/*
 * After tls_close: adds to reason why the handshake or a record failed, if that is what failed,
 * and returns whether it did. host is the server's name.
 */
bool tls_explain(const struct tls_session *session, const char *host, struct buffer *reason);

/* What a user can do about it, or NULL. */
const char *tls_hint(const struct tls_session *session);

#endif
