/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_DER_H
#define BUNDLER_TRUST_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads DER (ITU-T X.690): only definite lengths in their shortest form and one-byte tags. */

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_OID 0x06
#define DER_UTF8_STRING 0x0c
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_BMP_STRING 0x1e
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT(number) (0x80 | (number))		/* [number] IMPLICIT, primitive */
#define DER_CONSTRUCTED(number) (0xa0 | (number))	/* [number], constructed */

/* Bytes, owned by the caller. */
struct der {
	const uint8_t *bytes;
	size_t length;
};

/* One element: its tag, its content, and all of it with tag and length. */
struct der_item {
	uint8_t tag;
	struct der value;
	struct der whole;
};

/* Takes the next element off in; -1, with in unchanged, at the end or when it is malformed. */
int der_next(struct der *in, struct der_item *item);

/* The same for an element that must have this tag; value, unless NULL, becomes its content. */
int der_take(struct der *in, uint8_t tag, struct der *value);

/* Whether the next element has this tag. */
bool der_is(struct der in, uint8_t tag);

/* Takes a BOOLEAN off in (X.690 section 11.1: 00 or ff). */
int der_boolean(struct der *in, bool *value);

/* Takes an INTEGER from 0 to 2^31-1 off in. */
int der_small(struct der *in, int *value);

/*
 * Takes a UTCTime or GeneralizedTime off in, in the forms of RFC 5280 section 4.1.2.5:
 * seconds present, UTC, no fraction. value is in seconds since 1970.
 */
int der_time(struct der *in, int64_t *value);

bool der_equal(struct der a, struct der b);

#endif
