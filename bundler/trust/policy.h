/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_POLICY_H
#define BUNDLER_TRUST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/certificate.h"

/*
 * The rules for a path of certificates: those of RFC 5280 and of the CA/Browser Forum's baseline
 * requirements ("CABF BR") for its certificates. signature.h verifies the signatures.
 */

#define POLICY_REASON_BYTES 256

/* Whether text is a DNS name in the preferred syntax (RFC 1123 section 2.1), not an IP address. */
bool policy_is_host(const char *text, size_t length);

/*
 * Checks a path of count certificates for the server host at the time now, in seconds since 1970.
 * The server's certificate is first, the root last; each issuer is the subject of the next. On -1
 * reason names the certificate and the fault; it may hold untrusted bytes.
 */
int policy_check(const struct certificate *const *path, size_t count, const char *host,
		 int64_t now, char reason[POLICY_REASON_BYTES]);

#endif
