/* SPDX-License-Identifier: Apache-2.0 */
/* Before the first newline a name, behind it the SHA256SUMS text that is asked for it. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "recipe/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The digits, in any case, and the name are in the text. */
static void check(const struct buffer *sums, const char *name, const struct digest *digest)
{
	char hex[DIGEST_HEX_BYTES], *lower = memory_copy(sums->bytes, sums->length);

	for (size_t i = 0; i < sums->length; i++)
		if (lower[i] >= 'A' && lower[i] <= 'F')
			lower[i] |= 0x20;
	digest_write_hex(digest, hex);
	if (!memmem(lower, sums->length, hex, strlen(hex))
	    || !memmem(sums->bytes, sums->length, name, strlen(name)))
		abort();
	free(lower);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	char *name = newline ? memory_copy(data, (size_t)(newline - data)) : NULL;
	struct buffer sums;
	struct digest digest;
	struct error err;

	buffer_init(&sums, LIMIT_SUMS_BYTES);
	if (newline && buffer_add(&sums, newline + 1, size - (size_t)(newline + 1 - data)) == 0
	    && sums_find(&sums, "fuzz", name, false, &digest, &err) == 1)
		check(&sums, name, &digest);
	buffer_free(&sums);
	free(name);
	return 0;
}
