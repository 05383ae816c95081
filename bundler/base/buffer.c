/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow up to a maximum. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void buffer_init(struct buffer *buffer, size_t maximum)
{
	*buffer = (struct buffer){ .maximum = maximum };
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	buffer_init(buffer, buffer->maximum);
}

/* Reserves memory for length more bytes and the NUL. */
static void reserve(struct buffer *buffer, size_t length)
{
	size_t need = buffer->length + length + 1;

	if (need <= buffer->capacity)
		return;
	buffer->capacity = need < 256 ? 256 : need + need / 2;
	buffer->bytes = memory_resize(buffer->bytes, buffer->capacity, 1);
}

void buffer_expect(struct buffer *buffer, uintmax_t length)
{
	const size_t room = buffer->maximum - buffer->length;
	const size_t need = buffer->length + (length < room ? (size_t)length : room) + 1;

	if (need > buffer->capacity) {
		buffer->capacity = need;
		buffer->bytes = memory_resize(buffer->bytes, need, 1);
		buffer->bytes[buffer->length] = '\0';
	}
}

int buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	if (length > buffer->maximum - buffer->length)
		return -1;
	reserve(buffer, length);
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
	return 0;
}

int buffer_add_string(struct buffer *buffer, const char *string)
{
	return buffer_add(buffer, string, strlen(string));
}

int buffer_format(struct buffer *buffer, const char *format, ...)
{
	char *text;
	int length, result;
	va_list ap;

	va_start(ap, format);
	length = vasprintf(&text, format, ap);
	va_end(ap);
	if (length < 0)
		abort();
	result = buffer_add(buffer, text, (size_t)length);
	free(text);
	return result;
}

char *buffer_take(struct buffer *buffer)
{
	char *bytes = buffer->bytes ? buffer->bytes : memory_new(1, 1);

	buffer->bytes = NULL;
	buffer_free(buffer);
	return bytes;
}
