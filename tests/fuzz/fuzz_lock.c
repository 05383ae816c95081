/* SPDX-License-Identifier: Apache-2.0 */
/* A lock is refused, or what is written of it is read again to the same text. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "recipe/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int format(const struct buffer *text, struct buffer *formatted)
{
	struct lock lock;
	struct error err;

	if (lock_open_text(&lock, "fuzz", text, &err) < 0)
		return -1;
	if (lock_format(&lock, formatted, &err) < 0)
		abort();
	lock_close(&lock);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text, once, twice;

	buffer_init(&text, LIMIT_LOCK_BYTES);
	/* Written with indents, and bytes escaped, it may be longer. */
	buffer_init(&once, 8 * LIMIT_LOCK_BYTES);
	buffer_init(&twice, 8 * LIMIT_LOCK_BYTES);
	if (buffer_add(&text, data, size) == 0 && format(&text, &once) == 0
	    && (format(&once, &twice) < 0 || once.length != twice.length
		|| memcmp(once.bytes, twice.bytes, once.length) != 0))
		abort();
	buffer_free(&twice);
	buffer_free(&once);
	buffer_free(&text);
	return 0;
}
