/* SPDX-License-Identifier: Apache-2.0 */
/* xz: all streams and the padding between them, as one. */
#include <lzma.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "unpack/codec.h"

/* The decoder's own need is some 60 KiB, and the next larger dictionary is half as large again. */
#define MEMORY (LIMIT_XZ_DICTIONARY_BYTES + MIB)

static void *begin(struct codec_step *step)
{
	lzma_stream *stream = memory_new(1, sizeof *stream);

	(void)step;
	if (lzma_stream_decoder(stream, MEMORY, LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK)
	    != LZMA_OK)
		abort();
	return stream;
}

static void end(void *state)
{
	lzma_stream *stream = state;

	lzma_end(stream);
	free(stream);
}

static const char *unpack(void *state, struct codec_step *step)
{
	lzma_stream *stream = state;
	lzma_ret status;

	stream->next_in = step->packed;
	stream->avail_in = step->length;
	stream->next_out = step->plain;
	stream->avail_out = step->room;
	status = lzma_code(stream, step->last ? LZMA_FINISH : LZMA_RUN);
	step->packed = stream->next_in;
	step->length = stream->avail_in;
	step->plain = stream->next_out;
	step->room = stream->avail_out;
	switch (status) {
	case LZMA_STREAM_END:
		step->begun = false;
		return NULL;
	case LZMA_OK:
	case LZMA_BUF_ERROR:
		return NULL;
	case LZMA_FORMAT_ERROR:
		return "not in xz format";
	case LZMA_UNSUPPORTED_CHECK:
		return "its check is of an unknown kind";
	case LZMA_OPTIONS_ERROR:
		return "it needs a filter that is not supported";
	case LZMA_MEMLIMIT_ERROR:
		step->exceeds = true;
		return "its dictionary is larger than 64 MiB";
	case LZMA_DATA_ERROR:
		return "invalid data, or something that is not in xz format follows";
	default:
		abort();
	}
}

const struct codec unxz_codec = { begin, end, unpack };
