/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_CERTIFICATE_H
#define BUNDLER_TRUST_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bearssl_x509.h>

#include "trust/der.h"

/* The fields of an X.509 certificate (RFC 5280 section 4.1). Nothing here decides its validity. */

struct certificate {
	struct der whole;
	struct der inner;			/* the signed part, tag included */
	struct der signature;			/* content of the BIT STRING, without unused bits */
	int version;				/* 1 to 3 */
	struct der serial;			/* content of the INTEGER */
	struct der inner_algorithm;		/* AlgorithmIdentifier of the signed part */
	struct der outer_algorithm;		/* and of the signature */
	struct der issuer, subject;		/* whole Names, tag included */
	int64_t not_before, not_after;		/* seconds since 1970, both inclusive */
	struct der key_algorithm;		/* AlgorithmIdentifier's content */
	struct der key;				/* content of the BIT STRING, unused bits first */
	struct der extensions;			/* one after the other; empty when there are none */
};

struct extension {
	struct der oid;
	bool critical;
	struct der value;	/* DER within the OCTET STRING */
};

/* Reads one certificate; every field points into der. -1 unless der is exactly one certificate. */
int certificate_parse(struct certificate *certificate, const void *der, size_t length);

/* Takes the next extension off extensions: 1, 0 at the end, -1 when it is malformed. */
int certificate_next_extension(struct der *extensions, struct extension *extension);

/* Finds the first extension with this OID, given by its content octets; false if there is none. */
bool certificate_find_extension(const struct certificate *certificate, struct der oid,
				struct extension *extension);

/*
 * The GeneralNames of the subjectAltName extension (RFC 5280 section 4.2.1.6), one after the
 * other: 1, 0 without this extension, -1 when it is malformed or empty.
 */
int certificate_names(const struct certificate *certificate, struct der *names);

/*
 * The public key in BearSSL's form, pointing into the certificate; -1 unless it is RSA or on one
 * of the curves P-256, P-384 and P-521.
 */
int certificate_key(const struct certificate *certificate, br_x509_pkey *key);

/*
 * The common name in a Name, else its organisational unit, else its organisation, else "".
 * Printable UTF-8: every other byte is written as \\xHH. Caller frees.
 */
char *certificate_name(struct der name);

#define CERTIFICATE_DATE_BYTES 40

/* Writes the UTC day of time, in seconds since 1970, as "2049-12-31" and returns date. */
char *certificate_write_date(int64_t time, char date[CERTIFICATE_DATE_BYTES]);

#endif
