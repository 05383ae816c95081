/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that aborts instead of failing. */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *block)
{
	if (!block)
		abort();
	return block;
}

void *memory_new(size_t count, size_t size)
{
	return or_abort(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *block, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		abort();
	return or_abort(realloc(block, total ? total : 1));
}

char *memory_string(const char *string)
{
	return memory_copy(string, strlen(string));
}

void *memory_copy(const void *bytes, size_t length)
{
	char *copy = memory_new(length + 1, 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *memory_format(const char *format, ...)
{
	char *string;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&string, format, ap) < 0)
		abort();
	va_end(ap);
	return string;
}
