/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_KEY_H
#define BUNDLER_ATTEST_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Keys that sign: ECDSA on P-256 with SHA-256 (FIPS 186-5), in PEM without encryption. The nonce is
 * that of RFC 6979, so that a key gives the same bytes one signature.
 */

#define ATTEST_KEY_SCALAR_BYTES 32
#define ATTEST_KEY_POINT_BYTES 65	/* SEC 1 section 2.3.3, uncompressed */
#define ATTEST_KEY_PUBLIC_BYTES 91	/* SubjectPublicKeyInfo (RFC 5480 section 2) */
#define ATTEST_KEY_SIGNATURE_BYTES 72	/* the longest in DER */
#define ATTEST_KEY_ID_BYTES 51		/* "SHA256:", 43 digits of base 64 and a NUL */
#define ATTEST_KEY_HINT_BYTES 45	/* 44 digits of base 64 and a NUL */

struct attest_key {
	bool is_private;		/* it can sign */
	uint8_t scalar[ATTEST_KEY_SCALAR_BYTES];
	uint8_t point[ATTEST_KEY_POINT_BYTES];
	/* What verifiers derive of the public key: */
	char id[ATTEST_KEY_ID_BYTES];		/* for DSSE, as ssh-keygen -l shows a key */
	char hint[ATTEST_KEY_HINT_BYTES];	/* for bundles: SHA-256 of SubjectPublicKeyInfo */
};

/* An Ecdsa-Sig-Value in DER (RFC 3279 section 2.2.3). */
struct attest_signature {
	uint8_t bytes[ATTEST_KEY_SIGNATURE_BYTES];
	size_t length;
};

/*
 * Reads a private key from length bytes of PEM: PKCS #8 (RFC 5958) or SEC 1 (RFC 5915), to which
 * openssl adds "EC PARAMETERS". name is for messages. STATUS_CONFIG, with a hint, for what is
 * encrypted, of another kind or curve, or no key. The text is the caller's to wipe; attest_key_wipe
 * in any case.
 */
int attest_key_read_private(struct attest_key *key, const char *name, const char *text,
			    size_t length, struct error *err);

/* Reads a public key: SubjectPublicKeyInfo in PEM, of a point on the curve. STATUS_CONFIG. */
int attest_key_read_public(struct attest_key *key, const char *name, const char *text,
			   size_t length, struct error *err);

/* Writes the public key as SubjectPublicKeyInfo. */
void attest_key_write_public(const struct attest_key *key, uint8_t der[ATTEST_KEY_PUBLIC_BYTES]);

/* Overwrites the key. */
void attest_key_wipe(struct attest_key *key);

/* Signs length bytes with a private key. */
void attest_key_sign(const struct attest_key *key, const void *bytes, size_t length,
		     struct attest_signature *signature);

/* Whether the key has signed exactly these bytes; signature, of size bytes, is in DER. */
bool attest_key_verify(const struct attest_key *key, const void *bytes, size_t length,
		       const void *signature, size_t size);

#endif
