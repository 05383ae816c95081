/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_CONSTRAINT_H
#define BUNDLER_TRUST_CONSTRAINT_H

#include "trust/certificate.h"

/*
 * Name constraints (RFC 5280 section 4.2.1.10), on DNS names, IP addresses and permitted
 * directory names. A constraint of another kind refuses every name of that kind.
 */

/*
 * Checks the subject and the alternative names of a certificate, and the DNS name host unless
 * it is NULL, against the constraints that a certificate above it imposes, the value of its
 * extension. Host matters because a wildcard may stand for a name that is excluded. Returns
 * NULL, or why the path is refused.
 */
const char *constraint_check(struct der constraints, const struct certificate *below,
			     const char *host);

#endif
