#ifndef BUNDLER_DIGEST_H
#define BUNDLER_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bearssl_hash.h>

/* SHA-256 (FIPS 180-4), the one digest of the program; the only user of br_sha256. */

#define DIGEST_BYTES 32
#define DIGEST_HEX_BYTES 65	/* 64 lower-case hexadecimal digits and a NUL */

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

struct digest_state {
	br_sha256_context sha256;
	uint64_t length;	/* bytes added so far */
};

void digest_init(struct digest_state *state);
void digest_add(struct digest_state *state, const void *bytes, size_t length);

/* The digest of what was added so far; the state may be added to further. */
struct digest digest_read(const struct digest_state *state);

/* Digest of one run of bytes. */
struct digest digest_of(const void *bytes, size_t length);

/* Writes 64 lower-case digits and a NUL to hex, and returns hex. */
char *digest_write_hex(const struct digest *digest, char hex[DIGEST_HEX_BYTES]);

/* Reads exactly 64 lower-case digits and the end of the string; -1 for anything else. */
int digest_parse_hex(struct digest *digest, const char *hex);

bool digest_equal(const struct digest *a, const struct digest *b);

#endif
