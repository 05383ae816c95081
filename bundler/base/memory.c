/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that aborts instead of failing, ours and that of the libraries. */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The Makefile has the linker send all calls of these here (ld's --wrap), because libraries report
 * a lack of memory in many ways and some, like jansson's writer, not at all.
 */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t size) __asm__("__real_calloc");
void *real_realloc(void *block, size_t size) __asm__("__real_realloc");
void *memory_malloc(size_t size) __asm__("__wrap_malloc");
void *memory_calloc(size_t count, size_t size) __asm__("__wrap_calloc");
void *memory_realloc(void *block, size_t size) __asm__("__wrap_realloc");

static void *or_abort(void *block)
{
	if (!block)
		abort();
	return block;
}

void *memory_malloc(size_t size)
{
	return or_abort(real_malloc(size ? size : 1));
}

void *memory_calloc(size_t count, size_t size)
{
	return or_abort(real_calloc(count ? count : 1, size ? size : 1));
}

void *memory_realloc(void *block, size_t size)
{
	return or_abort(real_realloc(block, size ? size : 1));
}

void *memory_new(size_t count, size_t size)
{
	return calloc(count, size);
}

void *memory_resize(void *block, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		abort();
	return realloc(block, total);
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
