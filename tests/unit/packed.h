/* SPDX-License-Identifier: Apache-2.0 */
/* A compressed stream that a test makes, and its way through stream.c. */
#ifndef PACKED_H
#define PACKED_H

#include <errno.h>

#include "base/buffer.h"
#include "unpack/stream.h"

#define PACKED_LIMIT (64u << 20)

/* What a source gives, and how many bytes of it at a time. */
struct packed {
	struct buffer bytes;
	size_t at, piece;
	int fault;		/* errno at the end, or 0 */
};

static inline ssize_t take(void *context, void *bytes, size_t length)
{
	struct packed *stream = context;
	size_t left = stream->bytes.length - stream->at;

	if (left == 0 && stream->fault != 0) {
		errno = stream->fault;
		return -1;
	}
	if (length > stream->piece)
		length = stream->piece;
	if (length > left)
		length = left;
	if (length > 0)
		memcpy(bytes, stream->bytes.bytes + stream->at, length);
	stream->at += length;
	return (ssize_t)length;
}

static inline void add(struct packed *stream, const void *bytes, size_t length)
{
	assert_int_equal(buffer_add(&stream->bytes, bytes, length), 0);
}

static inline void begin(struct packed *stream)
{
	*stream = (struct packed){ .piece = SIZE_MAX };
	buffer_init(&stream->bytes, PACKED_LIMIT);
}

/* Unpacks all of it into plain; 0, or -1 with the fault. */
static inline int unpack(enum compression compression, struct packed *packed, struct buffer *plain,
			 const char **fault)
{
	struct stream *stream;
	const void *bytes;
	ssize_t length;

	packed->at = 0;
	buffer_init(plain, PACKED_LIMIT);
	stream = stream_open(compression, take, packed);
	while ((length = stream_read(stream, &bytes, fault)) > 0)
		assert_int_equal(buffer_add(plain, bytes, (size_t)length), 0);
	stream_close(stream);
	return (int)length;
}

static inline void assert_fault(enum compression compression, struct packed *packed,
				const char *reason)
{
	struct buffer plain;
	const char *fault = "(none)";

	assert_int_equal(unpack(compression, packed, &plain, &fault), -1);
	assert_string_equal(fault, reason);
	buffer_free(&plain);
}

#endif
