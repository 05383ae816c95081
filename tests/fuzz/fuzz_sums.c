/* SPDX-License-Identifier: Apache-2.0 */
/* Before the first newline a name, behind it the SHA256SUMS text that is asked for it. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "recipe/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The line that sha256sum would print is in the text. */
static void check(const struct buffer *sums, const char *name, const struct digest *digest)
{
	char hex[DIGEST_HEX_BYTES], *text = memory_format("%s  %s\n", digest_write_hex(digest, hex),
							  name);
	char *binary = memory_format("%s *%s\n", hex, name);

	if (!memmem(sums->bytes, sums->length, text, strlen(text))
	    && !memmem(sums->bytes, sums->length, binary, strlen(binary)))
		abort();
	free(binary);
	free(text);
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
	    && sums_find(&sums, "fuzz", name, &digest, &err) == 1)
		check(&sums, name, &digest);
	buffer_free(&sums);
	free(name);
	return 0;
}
