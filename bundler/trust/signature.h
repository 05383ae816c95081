/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_SIGNATURE_H
#define BUNDLER_TRUST_SIGNATURE_H

#include "trust/certificate.h"

/*
 * Verifies that issuer's key signed the certificate: SHA-256, SHA-384 or SHA-512 with RSA PKCS #1
 * 1.5 or ECDSA (CABF BR 7.1.3.2). Returns NULL, or why the path is refused.
 */
const char *signature_check(const struct certificate *certificate,
			    const struct certificate *issuer);

#endif
