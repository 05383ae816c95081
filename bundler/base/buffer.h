/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_BUFFER_H
#define BUNDLER_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/*
 * A growing run of bytes with a maximum fixed at birth. bytes[length] is always NUL once
 * something was added.
 */
struct buffer {
	char *bytes;
	size_t length;
	size_t capacity;
	size_t maximum;
};

/* An empty buffer that takes at most maximum bytes. Owns nothing until something is added. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Frees the bytes; the buffer is empty again and keeps its maximum. */
void buffer_free(struct buffer *buffer);

/* Makes room for length more bytes, as far as the maximum allows, at once. */
void buffer_expect(struct buffer *buffer, uintmax_t length);

/* Adds length bytes. -1, and nothing added, when the maximum would be passed. */
int buffer_add(struct buffer *buffer, const void *bytes, size_t length);

/* Adds a string without its NUL; -1 as buffer_add. */
int buffer_add_string(struct buffer *buffer, const char *string);

/* Adds formatted text; -1 as buffer_add. */
int buffer_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Hands the bytes over, NUL-terminated; the buffer is empty again. Caller frees. */
char *buffer_take(struct buffer *buffer);

#endif
