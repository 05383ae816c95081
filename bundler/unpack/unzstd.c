/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a zstd stream to its last byte. */
#include "unpack/unzstd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"
#include "base/memory.h"

#define BLOCK 65536

struct unzstd {
	unzstd_source *source;
	void *context;
	ZSTD_DStream *stream;
	bool begun;		/* a frame has begun and not ended, or nothing was read yet */
	bool some;		/* a frame has ended */
	ZSTD_inBuffer input;
	char packed[BLOCK], plain[BLOCK];
};

struct unzstd *unzstd_open(unzstd_source *source, void *context)
{
	struct unzstd *zstd = memory_new(1, sizeof *zstd);

	zstd->source = source;
	zstd->context = context;
	zstd->begun = true;
	zstd->input.src = zstd->packed;
	zstd->stream = ZSTD_createDStream();
	if (!zstd->stream || ZSTD_isError(ZSTD_DCtx_setParameter(
		zstd->stream, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG)))
		abort();
	return zstd;
}

void unzstd_close(struct unzstd *zstd)
{
	ZSTD_freeDStream(zstd->stream);
	free(zstd);
}

/* Reads input if there is none: 1, or 0 at the end of the source, or -1 with errno set. */
static int fill(struct unzstd *zstd)
{
	ssize_t got;

	if (zstd->input.pos < zstd->input.size)
		return 1;
	got = zstd->source(zstd->context, zstd->packed, sizeof zstd->packed);
	if (got <= 0)
		return (int)got;
	zstd->input.pos = 0;
	zstd->input.size = (size_t)got;
	return 1;
}

/* The library is built without its error texts. */
static const char *reason(const struct unzstd *zstd, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		abort();
	case ZSTD_error_prefix_unknown:
		return zstd->some ? "something that is not in zstd format follows"
				  : "not in zstd format";
	case ZSTD_error_frameParameter_windowTooLarge:
		return "its window is too large";
	case ZSTD_error_dictionary_wrong:
		return "it needs a dictionary";
	case ZSTD_error_checksum_wrong:
		return "incorrect checksum";
	default:
		return "invalid data";
	}
}

ssize_t unzstd_read(struct unzstd *zstd, const void **bytes, const char **fault)
{
	ZSTD_outBuffer output = { .dst = zstd->plain, .size = sizeof zstd->plain };

	*bytes = zstd->plain;
	*fault = NULL;
	while (output.pos < output.size) {
		const size_t before = output.pos;
		int more = fill(zstd);
		size_t left;

		if (more < 0)
			return -1;
		if (more == 0 && !zstd->begun)
			break;
		/* The decoder may hold bytes that need no more input. */
		left = ZSTD_decompressStream(zstd->stream, &output, &zstd->input);
		if (ZSTD_isError(left)) {
			*fault = reason(zstd, left);
			return -1;
		}
		zstd->begun = left > 0;
		zstd->some |= left == 0;
		if (more == 0 && zstd->begun && output.pos == before) {
			*fault = "truncated";
			return -1;
		}
	}
	return (ssize_t)output.pos;
}
