/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a gzip stream to its last byte, with libdeflate where a member is small, else zlib. */
#include "unpack/gzip.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"

#define BLOCK 65536
#define WHOLE 524288		/* plain bytes of a member that is unpacked at once: compress.h's */
#define WHOLE_PACKED (WHOLE + 4096)	/* room for one that does not get smaller */
#define FLAGS 3			/* where they are in a member's header */
#define WINDOW_OF_GZIP (15 + 16)	/* zlib.h: the largest window, and a gzip wrapper */

struct gzip {
	gzip_source *source;
	void *context;
	int fd;			/* of gzip_open */
	bool begun;		/* a member has begun and not ended, or nothing was read yet */
	z_stream stream;
	struct libdeflate_decompressor *whole;	/* NULL after a member that was too large for it */
	unsigned char packed[WHOLE_PACKED], plain[WHOLE];
};

struct gzip *gzip_open_source(gzip_source *source, void *context)
{
	struct gzip *gzip = memory_new(1, sizeof *gzip);

	gzip->source = source;
	gzip->context = context;
	gzip->begun = true;
	gzip->whole = libdeflate_alloc_decompressor();
	if (!gzip->whole || inflateInit2(&gzip->stream, WINDOW_OF_GZIP) != Z_OK)
		abort();
	gzip->stream.next_in = gzip->packed;
	return gzip;
}

static ssize_t read_file(void *context, void *bytes, size_t length)
{
	const int *fd = context;
	ssize_t got;

	do
		got = read(*fd, bytes, length);
	while (got < 0 && errno == EINTR);
	return got;
}

struct gzip *gzip_open(int fd)
{
	struct gzip *gzip = gzip_open_source(read_file, NULL);

	gzip->fd = fd;
	gzip->context = &gzip->fd;
	return gzip;
}

void gzip_close(struct gzip *gzip)
{
	inflateEnd(&gzip->stream);
	libdeflate_free_decompressor(gzip->whole);
	free(gzip);
}

/* Reads input if there is none: 1, or 0 at the end of the source, or -1 with errno set. */
static int fill(struct gzip *gzip)
{
	ssize_t got;

	if (gzip->stream.avail_in > 0)
		return 1;
	got = gzip->source(gzip->context, gzip->packed, BLOCK);
	if (got <= 0)
		return (int)got;
	gzip->stream.next_in = gzip->packed;
	gzip->stream.avail_in = (unsigned)got;
	return 1;
}

/*
 * Unpacks one member at once, which is several times as fast: the number of bytes, 0 when that
 * cannot be done, -1 with errno set. zlib judges all that libdeflate refuses, even if it is not
 * gzip at all. It also judges headers with flags (RFC 1952 section 2.3.1): libdeflate does not
 * check their CRC.
 */
static ssize_t read_whole(struct gzip *gzip)
{
	size_t used, length = gzip->stream.avail_in;
	ssize_t got = 1;

	memmove(gzip->packed, gzip->stream.next_in, length);
	while (got > 0 && length < sizeof gzip->packed) {
		got = gzip->source(gzip->context, gzip->packed + length,
				   sizeof gzip->packed - length);
		if (got > 0)
			length += (size_t)got;
	}
	gzip->stream.next_in = gzip->packed;
	gzip->stream.avail_in = (unsigned)length;
	if (got < 0)
		return -1;
	if (gzip->stream.avail_in <= FLAGS || gzip->packed[FLAGS] != 0)
		return 0;
	if (libdeflate_gzip_decompress_ex(gzip->whole, gzip->stream.next_in,
					  gzip->stream.avail_in, gzip->plain, sizeof gzip->plain,
					  &used, &length) != LIBDEFLATE_SUCCESS)
		return 0;
	gzip->stream.next_in += used;
	gzip->stream.avail_in -= (unsigned)used;
	gzip->begun = false;
	return (ssize_t)length;
}

/* Unpacks as much as there is room for; returns why the stream is refused, or NULL. */
static const char *unpack(struct gzip *gzip)
{
	/* Only another member may follow a member (section 2.2). */
	if (!gzip->begun && inflateReset(&gzip->stream) != Z_OK)
		abort();
	gzip->begun = true;
	switch (inflate(&gzip->stream, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		gzip->begun = false;
		return NULL;
	case Z_OK:
	case Z_BUF_ERROR:
		return NULL;
	case Z_MEM_ERROR:
		abort();
	}
	if (gzip->stream.total_out == 0 || !gzip->stream.msg)
		return "not in gzip format";
	return gzip->stream.msg;
}

ssize_t gzip_read(struct gzip *gzip, const void **bytes, const char **fault)
{
	ssize_t length = gzip->whole ? read_whole(gzip) : 0;

	*bytes = gzip->plain;
	*fault = NULL;
	if (length != 0)
		return length;
	libdeflate_free_decompressor(gzip->whole);
	gzip->whole = NULL;
	gzip->stream.next_out = gzip->plain;
	gzip->stream.avail_out = BLOCK;
	while (!*fault && gzip->stream.avail_out > 0) {
		int more = fill(gzip);

		if (more < 0)
			return -1;
		if (more == 0 && !gzip->begun)
			break;
		*fault = more > 0 ? unpack(gzip) : "truncated";
	}
	return *fault ? -1 : (ssize_t)(BLOCK - gzip->stream.avail_out);
}
