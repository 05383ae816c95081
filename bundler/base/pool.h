/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_POOL_H
#define BUNDLER_BASE_POOL_H

#include <stddef.h>

/* Memory that is freed all at once. A zeroed struct pool is empty and ready. */
struct pool {
	struct pool_block *blocks;
	size_t bytes;		/* of all blocks, for who bounds them */
};

/* Frees all memory of the pool, which is then empty. */
void pool_free(struct pool *pool);

/* size zeroed bytes for each of count objects; aborts without memory. */
void *pool_new(struct pool *pool, size_t count, size_t size);

/* Copy of a string. */
char *pool_string(struct pool *pool, const char *string);

/* Copy of length bytes, followed by a NUL. */
char *pool_copy(struct pool *pool, const void *bytes, size_t length);

/* Formats into a new string. */
char *pool_format(struct pool *pool, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
