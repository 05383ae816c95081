#include "pool.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct pool_block {
	struct pool_block *next;
	max_align_t bytes[];
};

void pool_free(struct pool *pool)
{
	while (pool->blocks) {
		struct pool_block *block = pool->blocks;

		pool->blocks = block->next;
		free(block);
	}
}

void *pool_new(struct pool *pool, size_t count, size_t size)
{
	struct pool_block *block;
	size_t total;

	if (__builtin_mul_overflow(count, size, &total) || total > SIZE_MAX / 2)
		abort();
	block = memory_new(1, sizeof *block + total);
	block->next = pool->blocks;
	pool->blocks = block;
	return block->bytes;
}

char *pool_string(struct pool *pool, const char *string)
{
	return pool_copy(pool, string, strlen(string));
}

char *pool_copy(struct pool *pool, const void *bytes, size_t length)
{
	char *copy = pool_new(pool, length + 1, 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
	char *text, *copy;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		abort();
	va_end(ap);
	copy = pool_string(pool, text);
	free(text);
	return copy;
}
