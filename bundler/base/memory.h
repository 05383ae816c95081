/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_MEMORY_H
#define BUNDLER_BASE_MEMORY_H

#include <stddef.h>

/*
 * Allocation that aborts instead of failing: every size from outside has been compared with
 * limits.h before.
 */

/* size zeroed bytes for each of count objects; the product is checked. Caller frees. */
void *memory_new(size_t count, size_t size);

/* Resizes block to count objects of size; the product is checked, new bytes are not zeroed. */
void *memory_resize(void *block, size_t count, size_t size);

/* Copy of a string. Caller frees. */
char *memory_string(const char *string);

/* Copy of length bytes, followed by a NUL. Caller frees. */
void *memory_copy(const void *bytes, size_t length);

/* Formats into a new string. Caller frees. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
