/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates made for a test, field by field, unsigned: der_of(&made) gives the bytes. Pieces
 * of DER are put together by SEQ(...), OID(...) and so on, in a pool that made_free() empties.
 */
#ifndef MADE_H
#define MADE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/pool.h"
#include "trust/certificate.h"

static struct pool made_pool;

static inline struct der wrap(uint8_t tag, const struct der *parts, size_t count)
{
	uint8_t head[5] = { tag };
	size_t length = 0, used = 2, at;
	uint8_t *bytes;

	for (size_t i = 0; i < count; i++)
		length += parts[i].length;
	if (length < 0x80) {
		head[1] = (uint8_t)length;
	} else if (length < 0x100) {
		head[1] = 0x81;
		head[used++] = (uint8_t)length;
	} else {
		head[1] = 0x82;
		head[used++] = (uint8_t)(length >> 8);
		head[used++] = (uint8_t)length;
	}
	at = used;
	bytes = pool_new(&made_pool, used + length, 1);
	memcpy(bytes, head, used);
	for (size_t i = 0; i < count; i++) {
		if (parts[i].length > 0)
			memcpy(bytes + at, parts[i].bytes, parts[i].length);
		at += parts[i].length;
	}
	return (struct der){ bytes, used + length };
}

/* The bytes of a string literal, NULs in it included; NONE is no bytes. */
#define RAW(string) ((struct der){ (const uint8_t *)(string), sizeof(string) - 1 })
#define TEXT(string) ((struct der){ (const uint8_t *)(string), strlen(string) })
#define NONE ((struct der){ NULL, 0 })

#define WRAP(tag, ...) wrap(tag, (const struct der[]){ __VA_ARGS__ }, \
			    sizeof((const struct der[]){ __VA_ARGS__ }) / sizeof(struct der))
#define SEQ(...) WRAP(DER_SEQUENCE, __VA_ARGS__)
#define SET(...) WRAP(DER_SET, __VA_ARGS__)
#define OID(string) WRAP(DER_OID, RAW(string))
#define INTEGER(string) WRAP(DER_INTEGER, RAW(string))
#define BITS(...) WRAP(DER_BIT_STRING, RAW("\0"), __VA_ARGS__)
#define TRUTH WRAP(DER_BOOLEAN, RAW("\xff"))

/* A Name with one attribute 2.5.4.number. */
#define NAME(number, tag, string) \
	SEQ(SET(SEQ(OID("\x55\x04" number), WRAP(tag, RAW(string)))))
#define COMMON_NAME(string) SEQ(SET(SEQ(OID("\x55\x04\x03"), WRAP(DER_UTF8_STRING, TEXT(string)))))

#define EXTENSION(oid, ...) SEQ(OID(oid), WRAP(DER_OCTET_STRING, __VA_ARGS__))
#define CRITICAL(oid, ...) SEQ(OID(oid), TRUTH, WRAP(DER_OCTET_STRING, __VA_ARGS__))

#define SUBJECT_KEY_ID "\x55\x1d\x0e"
#define KEY_USAGE_ID "\x55\x1d\x0f"
#define NAMES_ID "\x55\x1d\x11"
#define BASIC_ID "\x55\x1d\x13"
#define CONSTRAINTS_ID "\x55\x1d\x1e"
#define POLICIES_ID "\x55\x1d\x20"
#define AUTHORITY_KEY_ID "\x55\x1d\x23"
#define PURPOSE_ID "\x55\x1d\x25"

#define SHA256_WITH_RSA SEQ(OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), WRAP(0x05, NONE))
#define DNS(string) WRAP(DER_CONTEXT(2), TEXT(string))
#define IP(string) WRAP(DER_CONTEXT(7), RAW(string))

struct made {
	struct der version;		/* all of these are whole elements */
	struct der serial;
	struct der inner_algorithm, outer_algorithm;
	struct der issuer, subject;
	struct der not_before, not_after;
	struct der key;
	struct der unique;		/* identifiers, [1] and [2]; NONE is left out */
	struct der extensions[8];
	struct der in_list, in_field, in_signed, in_outer;	/* what ends four elements */
};

/* A P-256 key: any point does. */
static inline struct der made_ec_key(void)
{
	uint8_t *point = pool_new(&made_pool, 65, 1);

	point[0] = 4;
	return SEQ(SEQ(OID("\x2a\x86\x48\xce\x3d\x02\x01"),
		       OID("\x2a\x86\x48\xce\x3d\x03\x01\x07")),
		   BITS(((struct der){ point, 65 })));
}

/* An RSA key whose modulus has that many bits. */
static inline struct der made_rsa_key(size_t bits)
{
	size_t length = (bits + 7) / 8 + 1;
	uint8_t *modulus = pool_new(&made_pool, length, 1);

	modulus[1] = (uint8_t)(1 << ((bits + 7) % 8));
	modulus[length - 1] |= 1;
	if (!(modulus[1] & 0x80)) {	/* no leading zero is needed */
		modulus++;
		length--;
	}
	return SEQ(SEQ(OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), WRAP(0x05, NONE)),
		   BITS(SEQ(WRAP(DER_INTEGER, ((struct der){ modulus, length })),
			    INTEGER("\x01\x00\x01"))));
}

static inline struct made made_new(const char *subject, const char *issuer)
{
	return (struct made){
		.version = WRAP(DER_CONSTRUCTED(0), INTEGER("\x02")),
		.serial = INTEGER("\x01"),
		.inner_algorithm = SHA256_WITH_RSA,
		.outer_algorithm = SHA256_WITH_RSA,
		.issuer = COMMON_NAME(issuer),
		.subject = COMMON_NAME(subject),
		.not_before = WRAP(DER_UTC_TIME, TEXT("200101000000Z")),
		.not_after = WRAP(DER_UTC_TIME, TEXT("300101000000Z")),
		.key = made_ec_key(),
	};
}

static inline struct der der_of(const struct made *made)
{
	struct der validity = SEQ(made->not_before, made->not_after);
	struct der list = SEQ(made->extensions[0], made->extensions[1], made->extensions[2],
			      made->extensions[3], made->extensions[4], made->extensions[5],
			      made->extensions[6], made->extensions[7], made->in_list);
	struct der extensions =
		list.length > 2 ? WRAP(DER_CONSTRUCTED(3), list, made->in_field) : NONE;
	struct der inner = SEQ(made->version, made->serial, made->inner_algorithm, made->issuer,
			       validity, made->subject, made->key, made->unique, extensions,
			       made->in_signed);

	return SEQ(inner, made->outer_algorithm, BITS(RAW("signature")), made->in_outer);
}

static inline int made_free(void **state)
{
	(void)state;
	pool_free(&made_pool);
	return 0;
}

#endif
