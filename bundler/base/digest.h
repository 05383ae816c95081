/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_DIGEST_H
#define BUNDLER_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bearssl_hash.h>
#include <nettle/sha2.h>

/*
 * SHA-256 (FIPS 180-4) from two libraries. BearSSL checks bytes from outside. Nettle hashes what
 * bundler makes or unpacks, about five times as fast on processors with instructions for it. No
 * other file hashes with either. SHA-512 is only for the first look at an archive whose SHA-256
 * nobody has published, and for SBOMs. SHA-1 is only for what SPDX and UUIDs are made of.
 */

#define DIGEST_BYTES 32
#define DIGEST_HEX_BYTES 65	/* 64 lower-case hexadecimal digits and a NUL */
#define DIGEST_TEXT_BYTES 72	/* "sha256:", 64 digits and a NUL */

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

#define DIGEST_SHA512_BYTES 64
#define DIGEST_SHA512_HEX_BYTES 129

struct digest_sha512 {
	uint8_t bytes[DIGEST_SHA512_BYTES];
};

#define DIGEST_SHA1_BYTES 20
#define DIGEST_SHA1_HEX_BYTES 41

struct digest_sha1 {
	uint8_t bytes[DIGEST_SHA1_BYTES];
};

/* Both for the same bytes. */
struct digest_further {
	br_sha1_context sha1;
	br_sha512_context sha512;
};

struct digest_state {
	bool output;
	bool has_sha512;
	br_sha512_context sha512;
	union {
		br_sha256_context bearssl;
		struct sha256_ctx nettle;
	} engine;
	uint64_t length;	/* bytes added so far */
};

/* Begins a digest that decides whether bytes from outside are the expected ones. */
void digest_init(struct digest_state *state);

/* The same, and the SHA-512 of the same bytes. */
void digest_init_sha512(struct digest_state *state);

/* Begins a digest of bundler's own bytes; nothing from outside is trusted because of it. */
void digest_init_output(struct digest_state *state);

void digest_add(struct digest_state *state, const void *bytes, size_t length);

/* The digest of the bytes added so far; more may be added. */
struct digest digest_read(const struct digest_state *state);

/* The SHA-512 of a state that digest_init_sha512 has begun. */
struct digest_sha512 digest_read_sha512(const struct digest_state *state);

/* SHA-1 and SHA-512 of the same bytes, for SBOMs: nothing is trusted because of them. */
void digest_further_init(struct digest_further *state);
void digest_further_add(struct digest_further *state, const void *bytes, size_t length);
struct digest_sha1 digest_further_sha1(const struct digest_further *state);
struct digest_sha512 digest_further_sha512(const struct digest_further *state);

/* The digest of length bytes, as from digest_init. */
struct digest digest_of(const void *bytes, size_t length);

/* The same as from digest_init_output. */
struct digest digest_of_output(const void *bytes, size_t length);

/* Writes 64 lower-case digits and a NUL to hex, and returns hex. */
char *digest_write_hex(const struct digest *digest, char hex[DIGEST_HEX_BYTES]);

/* Reads exactly 64 lower-case digits and the end of the string; -1 for anything else. */
int digest_parse_hex(struct digest *digest, const char *hex);

/* The first of them for the 40 digits of SHA-1. */
char *digest_write_sha1(const struct digest_sha1 *digest, char hex[DIGEST_SHA1_HEX_BYTES]);

/* Both for the 128 digits of SHA-512. */
char *digest_write_sha512(const struct digest_sha512 *digest, char hex[DIGEST_SHA512_HEX_BYTES]);
int digest_parse_sha512(struct digest_sha512 *digest, const char *hex);

/* Those of SHA-256 with "sha256:" before them, as OCI writes it (descriptor.md, "Digests"). */
char *digest_write(const struct digest *digest, char text[DIGEST_TEXT_BYTES]);

/* Fills digest and returns NULL, or why text is refused. */
const char *digest_parse(struct digest *digest, const char *text);

bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_equal_sha512(const struct digest_sha512 *a, const struct digest_sha512 *b);

#endif
