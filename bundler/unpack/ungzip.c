/* SPDX-License-Identifier: Apache-2.0 */
/* gzip: libdeflate where a member is small, else zlib. libarchive's filter checks no CRC. */
#include <libdeflate.h>
#include <stdlib.h>
#define ZLIB_CONST	/* next_in is not written to */
#include <zlib.h>

#include "base/memory.h"
#include "unpack/codec.h"

#define FLAGS 3			/* where they are in a member's header */
#define WINDOW_OF_GZIP (15 + 16)	/* zlib.h: the largest window, and a gzip wrapper */

struct ungzip {
	z_stream stream;
	struct libdeflate_decompressor *whole;	/* NULL after a member that was too large for it */
};

static void *begin(struct codec_step *step)
{
	struct ungzip *gzip = memory_new(1, sizeof *gzip);

	gzip->whole = libdeflate_alloc_decompressor();
	if (!gzip->whole || inflateInit2(&gzip->stream, WINDOW_OF_GZIP) != Z_OK)
		abort();
	step->ahead = true;
	return gzip;
}

static void end(void *state)
{
	struct ungzip *gzip = state;

	inflateEnd(&gzip->stream);
	libdeflate_free_decompressor(gzip->whole);
	free(gzip);
}

/*
 * Unpacks one member at once, which is several times as fast; false when that cannot be done. zlib
 * judges all that libdeflate refuses, even if it is not gzip at all. It also judges headers with
 * flags (RFC 1952 section 2.3.1): libdeflate does not check their CRC.
 */
static bool unpack_whole(struct ungzip *gzip, struct codec_step *step)
{
	size_t used, length;

	if (step->length <= FLAGS || step->packed[FLAGS] != 0
	    || libdeflate_gzip_decompress_ex(gzip->whole, step->packed, step->length, step->plain,
					     step->room, &used, &length) != LIBDEFLATE_SUCCESS)
		return false;
	step->packed += used;
	step->length -= used;
	step->plain += length;
	step->room -= length;
	step->begun = false;
	return true;
}

static const char *unpack(void *state, struct codec_step *step)
{
	struct ungzip *gzip = state;
	z_stream *stream = &gzip->stream;
	int status;

	if (gzip->whole && unpack_whole(gzip, step))
		return NULL;
	libdeflate_free_decompressor(gzip->whole);
	gzip->whole = NULL;
	step->ahead = false;
	/* Only another member may follow a member (section 2.2). */
	if (!step->begun && inflateReset(stream) != Z_OK)
		abort();
	stream->next_in = step->packed;
	stream->avail_in = (unsigned)step->length;
	stream->next_out = step->plain;
	stream->avail_out = (unsigned)step->room;
	status = inflate(stream, Z_NO_FLUSH);
	step->packed = stream->next_in;
	step->length = stream->avail_in;
	step->plain = stream->next_out;
	step->room = stream->avail_out;
	step->begun = status != Z_STREAM_END;
	if (status == Z_MEM_ERROR)
		abort();
	if (status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END)
		return NULL;
	return stream->total_out == 0 || !stream->msg ? "not in gzip format" : stream->msg;
}

const struct codec ungzip_codec = { begin, end, unpack };
