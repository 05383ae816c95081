/* SPDX-License-Identifier: Apache-2.0 */
/* Before the first newline a name, behind it the SHA256SUMS text that is asked for it. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "recipe/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The digits, in any case, and the name are in the text. */
static void check(const struct buffer *sums, const char *name, const struct sums_digest *digest)
{
	char hex[DIGEST_SHA512_HEX_BYTES], *lower = memory_copy(sums->bytes, sums->length);

	for (size_t i = 0; i < sums->length; i++)
		if (lower[i] >= 'A' && lower[i] <= 'F')
			lower[i] |= 0x20;
	if (digest->is_sha512)
		digest_write_sha512(&digest->sha512, hex);
	else
		digest_write_hex(&digest->sha256, hex);
	if ((digest->is_sha512 && !sums_may_have_sha512(sums))
	    || !memmem(lower, sums->length, hex, strlen(hex))
	    || !memmem(sums->bytes, sums->length, name, strlen(name)))
		abort();
	free(lower);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	char *name = newline ? memory_copy(data, (size_t)(newline - data)) : NULL;
	struct buffer sums;
	struct sums_digest digest;
	struct error err;

	buffer_init(&sums, LIMIT_SUMS_BYTES);
	if (newline && buffer_add(&sums, newline + 1, size - (size_t)(newline + 1 - data)) == 0
	    && sums_find(&sums, "fuzz", name, false, &digest, &err) == 1)
		check(&sums, name, &digest);
	buffer_free(&sums);
	free(name);
	return 0;
}
