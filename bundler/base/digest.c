/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by BearSSL and by Nettle, SHA-512 and SHA-1 by BearSSL, and their text forms. */
#include "base/digest.h"

#include <string.h>

void digest_init(struct digest_state *state)
{
	state->output = state->has_sha512 = false;
	state->length = 0;
	br_sha256_init(&state->engine.bearssl);
}

void digest_init_sha512(struct digest_state *state)
{
	digest_init(state);
	state->has_sha512 = true;
	br_sha512_init(&state->sha512);
}

void digest_init_output(struct digest_state *state)
{
	state->output = true;
	state->has_sha512 = false;
	state->length = 0;
	sha256_init(&state->engine.nettle);
}

void digest_add(struct digest_state *state, const void *bytes, size_t length)
{
	if (state->output)
		sha256_update(&state->engine.nettle, length, bytes);
	else
		br_sha256_update(&state->engine.bearssl, bytes, length);
	if (state->has_sha512)
		br_sha512_update(&state->sha512, bytes, length);
	state->length += length;
}

struct digest digest_read(const struct digest_state *state)
{
	struct digest digest;
	struct sha256_ctx copy;

	if (state->output) {
		/* Reading resets a Nettle context. */
		copy = state->engine.nettle;
		sha256_digest(&copy, sizeof digest.bytes, digest.bytes);
	} else {
		br_sha256_out(&state->engine.bearssl, digest.bytes);
	}
	return digest;
}

struct digest_sha512 digest_read_sha512(const struct digest_state *state)
{
	struct digest_sha512 digest;

	br_sha512_out(&state->sha512, digest.bytes);
	return digest;
}

void digest_further_init(struct digest_further *state)
{
	br_sha1_init(&state->sha1);
	br_sha512_init(&state->sha512);
}

void digest_further_add(struct digest_further *state, const void *bytes, size_t length)
{
	br_sha1_update(&state->sha1, bytes, length);
	br_sha512_update(&state->sha512, bytes, length);
}

struct digest_sha1 digest_further_sha1(const struct digest_further *state)
{
	struct digest_sha1 digest;

	br_sha1_out(&state->sha1, digest.bytes);
	return digest;
}

struct digest_sha512 digest_further_sha512(const struct digest_further *state)
{
	struct digest_sha512 digest;

	br_sha512_out(&state->sha512, digest.bytes);
	return digest;
}

struct digest digest_of_output(const void *bytes, size_t length)
{
	struct digest_state state;

	digest_init_output(&state);
	digest_add(&state, bytes, length);
	return digest_read(&state);
}

struct digest digest_of(const void *bytes, size_t length)
{
	struct digest_state state;

	digest_init(&state);
	digest_add(&state, bytes, length);
	return digest_read(&state);
}

/* Writes two digits for each byte, and a NUL. */
static char *write_hex(const uint8_t *bytes, size_t count, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * count] = '\0';
	return hex;
}

/* Value of one lower-case hexadecimal digit, or -1. */
static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int parse_hex(uint8_t *bytes, size_t count, const char *hex)
{
	for (size_t i = 0; i < count; i++) {
		int high = nibble(hex[2 * i]);
		int low = high < 0 ? -1 : nibble(hex[2 * i + 1]);

		if (low < 0)
			return -1;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return hex[2 * count] == '\0' ? 0 : -1;
}

char *digest_write_hex(const struct digest *digest, char hex[DIGEST_HEX_BYTES])
{
	return write_hex(digest->bytes, DIGEST_BYTES, hex);
}

char *digest_write_sha1(const struct digest_sha1 *digest, char hex[DIGEST_SHA1_HEX_BYTES])
{
	return write_hex(digest->bytes, DIGEST_SHA1_BYTES, hex);
}

int digest_parse_hex(struct digest *digest, const char *hex)
{
	return parse_hex(digest->bytes, DIGEST_BYTES, hex);
}

char *digest_write_sha512(const struct digest_sha512 *digest, char hex[DIGEST_SHA512_HEX_BYTES])
{
	return write_hex(digest->bytes, DIGEST_SHA512_BYTES, hex);
}

int digest_parse_sha512(struct digest_sha512 *digest, const char *hex)
{
	return parse_hex(digest->bytes, DIGEST_SHA512_BYTES, hex);
}

char *digest_write(const struct digest *digest, char text[DIGEST_TEXT_BYTES])
{
	memcpy(text, "sha256:", 7);
	digest_write_hex(digest, text + 7);
	return text;
}

const char *digest_parse(struct digest *digest, const char *text)
{
	if (strncmp(text, "sha512:", 7) == 0)
		return "SHA-512 is not supported";
	if (strncmp(text, "sha256:", 7) != 0)
		return "it does not begin with 'sha256:'";
	if (digest_parse_hex(digest, text + 7) < 0)
		return "it is not 'sha256:' and 64 lower-case hexadecimal digits";
	return NULL;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

bool digest_equal_sha512(const struct digest_sha512 *a, const struct digest_sha512 *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_SHA512_BYTES) == 0;
}
