/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_BUFFER_H
#define BUNDLER_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that grow up to a maximum. bytes[length] is NUL as soon as bytes is not NULL. */
struct buffer {
	char *bytes;
	size_t length;
	size_t capacity;
	size_t maximum;
};

/* Makes buffer empty, with a maximum of bytes. buffer_free frees what is added later. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Frees the bytes; the buffer is empty again and keeps its maximum. */
void buffer_free(struct buffer *buffer);

/* Reserves memory for length more bytes at once, or up to the maximum. */
void buffer_expect(struct buffer *buffer, uintmax_t length);

/* Adds length bytes; -1, and adds nothing, beyond the maximum. */
int buffer_add(struct buffer *buffer, const void *bytes, size_t length);

/* Adds a string without its NUL; -1 as buffer_add. */
int buffer_add_string(struct buffer *buffer, const char *string);

/* Adds formatted text; -1 as buffer_add. */
int buffer_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Returns the bytes, NUL-terminated, and empties the buffer. Caller frees. */
char *buffer_take(struct buffer *buffer);

#endif
