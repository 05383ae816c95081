/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_DIGEST_H
#define BUNDLER_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bearssl_hash.h>
#include <nettle/sha2.h>

/*
 * SHA-256 (FIPS 180-4), the one digest of the program, from two libraries: BearSSL checks what came
 * from outside, as it came; Nettle describes what bundler itself makes, be it written or unpacked,
 * some five times as fast where the processor has instructions for it. Nobody else calls either.
 */

#define DIGEST_BYTES 32
#define DIGEST_HEX_BYTES 65	/* 64 lower-case hexadecimal digits and a NUL */
#define DIGEST_TEXT_BYTES 72	/* "sha256:", 64 digits and a NUL */

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

struct digest_state {
	bool output;
	union {
		br_sha256_context bearssl;
		struct sha256_ctx nettle;
	} engine;
	uint64_t length;	/* bytes added so far */
};

/* Begins a digest that decides whether bytes from outside are the ones that were meant. */
void digest_init(struct digest_state *state);

/* Begins a digest of what was made here; nothing from outside is trusted because of it. */
void digest_init_output(struct digest_state *state);

void digest_add(struct digest_state *state, const void *bytes, size_t length);

/* The digest of what was added so far; the state may be added to further. */
struct digest digest_read(const struct digest_state *state);

/* Digest of one run of bytes, as digest_init begins it. */
struct digest digest_of(const void *bytes, size_t length);

/* The same as digest_init_output begins it. */
struct digest digest_of_output(const void *bytes, size_t length);

/* Writes 64 lower-case digits and a NUL to hex, and returns hex. */
char *digest_write_hex(const struct digest *digest, char hex[DIGEST_HEX_BYTES]);

/* Reads exactly 64 lower-case digits and the end of the string; -1 for anything else. */
int digest_parse_hex(struct digest *digest, const char *hex);

/* The same two with "sha256:" before the digits, as OCI writes it (descriptor.md, "Digests"). */
char *digest_write(const struct digest *digest, char text[DIGEST_TEXT_BYTES]);

/* Why text is no such digest, or NULL when digest has been filled. */
const char *digest_parse(struct digest *digest, const char *text);

bool digest_equal(const struct digest *a, const struct digest *b);

#endif
