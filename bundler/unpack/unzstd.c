/* SPDX-License-Identifier: Apache-2.0 */
/* zstd, frame by frame. */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"
#include "base/memory.h"
#include "unpack/codec.h"

struct unzstd {
	ZSTD_DStream *stream;
	bool some;		/* a frame has ended */
};

static void *begin(struct codec_step *step)
{
	struct unzstd *zstd = memory_new(1, sizeof *zstd);

	(void)step;
	zstd->stream = ZSTD_createDStream();
	if (!zstd->stream || ZSTD_isError(ZSTD_DCtx_setParameter(
		zstd->stream, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG)))
		abort();
	return zstd;
}

static void end(void *state)
{
	struct unzstd *zstd = state;

	ZSTD_freeDStream(zstd->stream);
	free(zstd);
}

/* The library is built without its error texts. */
static const char *reason(const struct unzstd *zstd, size_t code, struct codec_step *step)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		abort();
	case ZSTD_error_prefix_unknown:
		return zstd->some ? "something that is not in zstd format follows"
				  : "not in zstd format";
	case ZSTD_error_frameParameter_windowTooLarge:
		step->exceeds = true;
		return "its window is larger than 128 MiB";
	case ZSTD_error_dictionary_wrong:
		return "it needs a dictionary";
	case ZSTD_error_checksum_wrong:
		return "incorrect checksum";
	default:
		return "invalid data";
	}
}

static const char *unpack(void *state, struct codec_step *step)
{
	struct unzstd *zstd = state;
	ZSTD_inBuffer input = { .src = step->packed, .size = step->length };
	ZSTD_outBuffer output = { .dst = step->plain, .size = step->room };
	const size_t left = ZSTD_decompressStream(zstd->stream, &output, &input);

	if (ZSTD_isError(left))
		return reason(zstd, left, step);
	step->packed += input.pos;
	step->length -= input.pos;
	step->plain += output.pos;
	step->room -= output.pos;
	step->begun = left > 0;
	zstd->some |= left == 0;
	return NULL;
}

const struct codec unzstd_codec = { begin, end, unpack };
