/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_CONSTRAINT_H
#define BUNDLER_TRUST_CONSTRAINT_H

#include "trust/certificate.h"

/*
 * Name constraints (RFC 5280 section 4.2.1.10) on DNS names, IP addresses and permitted
 * directory names. A constraint on any other kind of name refuses every name of that kind.
 */

/*
 * Checks the subject and the alternative names of the certificate below against constraints, the
 * value of the extension in a certificate above it. Also checks the DNS name host, unless it is
 * NULL: a wildcard may match an excluded name. Returns NULL, or why the path is refused.
 */
const char *constraint_check(struct der constraints, const struct certificate *below,
			     const char *host);

#endif
