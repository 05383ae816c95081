/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2, stream by stream. */
#include <bzlib.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "unpack/codec.h"

struct unbzip2 {
	bz_stream stream;
	bool some;		/* a stream has ended */
};

/* What the library calls when it contradicts itself; it is built without its own. */
void bz_internal_error(int number);
void bz_internal_error(int number)
{
	(void)number;
	abort();
}

static void *begin(struct codec_step *step)
{
	struct unbzip2 *bzip2 = memory_new(1, sizeof *bzip2);

	(void)step;
	if (BZ2_bzDecompressInit(&bzip2->stream, 0, 0) != BZ_OK)
		abort();
	return bzip2;
}

static void end(void *state)
{
	struct unbzip2 *bzip2 = state;

	BZ2_bzDecompressEnd(&bzip2->stream);
	free(bzip2);
}

static const char *unpack(void *state, struct codec_step *step)
{
	struct unbzip2 *bzip2 = state;
	bz_stream *stream = &bzip2->stream;
	int status;

	if (!step->begun && (BZ2_bzDecompressEnd(stream) != BZ_OK
			     || BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK))
		abort();
	stream->next_in = (char *)(uintptr_t)step->packed;	/* it is not changed */
	stream->avail_in = (unsigned)step->length;
	stream->next_out = (char *)step->plain;
	stream->avail_out = (unsigned)step->room;
	status = BZ2_bzDecompress(stream);
	step->packed += step->length - stream->avail_in;
	step->length = stream->avail_in;
	step->plain += step->room - stream->avail_out;
	step->room = stream->avail_out;
	step->begun = status != BZ_STREAM_END;
	bzip2->some |= status == BZ_STREAM_END;
	switch (status) {
	case BZ_OK:
	case BZ_STREAM_END:
		return NULL;
	case BZ_DATA_ERROR_MAGIC:
		return bzip2->some ? "something that is not in bzip2 format follows"
				   : "not in bzip2 format";
	case BZ_DATA_ERROR:
		return "invalid data";
	default:
		abort();
	}
}

const struct codec unbzip2_codec = { begin, end, unpack };
