/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once. */
#include "base/pool.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* 0 gives each object its own block, so that a sanitizer sees where it ends. */
#ifndef POOL_BLOCK_BYTES
#define POOL_BLOCK_BYTES 960
#endif

#define SHORT_BYTES 256		/* up to this length, text is formatted only once */

/* Its bytes before used are allocated; the others are zero. */
struct pool_block {
	struct pool_block *next;
	size_t size, used;
	max_align_t bytes[];
};

void pool_free(struct pool *pool)
{
	while (pool->blocks) {
		struct pool_block *block = pool->blocks;

		pool->blocks = block->next;
		free(block);
	}
	pool->bytes = 0;
}

static struct pool_block *new_block(size_t size)
{
	struct pool_block *block = memory_new(1, sizeof *block + size);

	block->size = size;
	return block;
}

/*
 * A block with room for size more bytes. The first block is the one being filled; a large object
 * gets its own block after it.
 */
static struct pool_block *find_room(struct pool *pool, size_t size)
{
	struct pool_block *first = pool->blocks, *block;

	if (first && first->size - first->used >= size)
		return first;
	block = new_block(size > POOL_BLOCK_BYTES ? size : POOL_BLOCK_BYTES);
	pool->bytes += sizeof *block + block->size;
	if (first && size > POOL_BLOCK_BYTES) {
		block->next = first->next;
		first->next = block;
	} else {
		block->next = first;
		pool->blocks = block;
	}
	return block;
}

void *pool_new(struct pool *pool, size_t count, size_t size)
{
	struct pool_block *block;
	size_t total;
	char *object;

	if (__builtin_mul_overflow(count, size, &total) || total > SIZE_MAX / 2)
		abort();
	total = (total + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	block = find_room(pool, total);
	object = (char *)block->bytes + block->used;
	block->used += total;
	return object;
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
	char text[SHORT_BYTES], *result;
	int length;
	va_list ap;

	va_start(ap, format);
	length = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (length < 0)
		abort();
	if ((size_t)length < sizeof text)
		return pool_copy(pool, text, (size_t)length);
	result = pool_new(pool, (size_t)length + 1, 1);
	va_start(ap, format);
	vsnprintf(result, (size_t)length + 1, format, ap);
	va_end(ap);
	return result;
}
