/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_POLICY_H
#define BUNDLER_TRUST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/certificate.h"

/*
 * The rules that a path of certificates must keep before it may vouch for a server. They are
 * those of RFC 5280 and of the CA/Browser Forum's baseline requirements ("CABF BR") that
 * br_x509_minimal lacks; signatures are its business, and not looked at here.
 */

#define POLICY_REASON_BYTES 256

/* Whether text is a DNS name in the preferred syntax (RFC 1123 section 2.1), and no IP address. */
bool policy_is_host(const char *text, size_t length);

/*
 * Checks a path of count certificates, the server's first and the root last, each issued by
 * the next in name, for the server host at the time now in seconds since 1970. -1, and reason
 * says what is wrong with which one, in words that may hold untrusted bytes.
 */
int policy_check(const struct certificate *const *path, size_t count, const char *host,
		 int64_t now, char reason[POLICY_REASON_BYTES]);

#endif
