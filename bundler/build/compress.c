/* SPDX-License-Identifier: Apache-2.0 */
/* The two compressors, each a filter of a channel. */
#include "build/compress.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/memory.h"

#define STRING(x) #x
#define TEXT(x) STRING(x)

/* The state of one thread; one of the two compressors is NULL. */
struct encoder {
	struct libdeflate_compressor *gzip;
	ZSTD_CCtx *zstd;
	size_t bound;		/* maximum of bytes in a compressed block */
	char *output;
};

static void *open_gzip(void)
{
	struct encoder *encoder = memory_new(1, sizeof *encoder);

	encoder->gzip = libdeflate_alloc_compressor(COMPRESS_GZIP_LEVEL);
	if (!encoder->gzip)
		abort();
	encoder->bound = libdeflate_gzip_compress_bound(encoder->gzip, COMPRESS_BLOCK_BYTES);
	encoder->output = memory_new(encoder->bound, 1);
	return encoder;
}

static void *open_zstd(void)
{
	struct encoder *encoder = memory_new(1, sizeof *encoder);

	encoder->zstd = ZSTD_createCCtx();
	if (!encoder->zstd)
		abort();
	encoder->bound = ZSTD_COMPRESSBOUND(COMPRESS_BLOCK_BYTES);
	encoder->output = memory_new(encoder->bound, 1);
	return encoder;
}

static size_t encode(void *state, const void *bytes, size_t length, const void **output)
{
	struct encoder *encoder = state;

	*output = encoder->output;
	if (encoder->gzip)
		return libdeflate_gzip_compress(encoder->gzip, bytes, length, encoder->output,
						encoder->bound);
	length = ZSTD_compressCCtx(encoder->zstd, encoder->output, encoder->bound, bytes, length,
				   COMPRESS_ZSTD_LEVEL);
	/* Arguments and room are right, so memory is missing. */
	if (ZSTD_isError(length))
		abort();
	return length;
}

static void close_encoder(void *state)
{
	struct encoder *encoder = state;

	ZSTD_freeCCtx(encoder->zstd);
	libdeflate_free_compressor(encoder->gzip);
	free(encoder->output);
	free(encoder);
}

struct channel *compress_open(enum compression format, channel_consume *consume,
			      void *context)
{
	static const struct channel_filter gzip = {
		COMPRESS_BLOCK_BYTES, open_gzip, encode, close_encoder
	}, zstd = {
		COMPRESS_BLOCK_BYTES, open_zstd, encode, close_encoder
	};

	return channel_open(format == COMPRESSION_ZSTD ? &zstd : &gzip, consume, context);
}

const char *compress_name(enum compression format)
{
	static const char *const names[COMPRESSIONS_OF_LAYERS] = {
		[COMPRESSION_NONE] = "none", [COMPRESSION_GZIP] = "gzip",
		[COMPRESSION_ZSTD] = "zstd",
	};

	return names[format];
}

const char *compress_version(enum compression format)
{
	return format == COMPRESSION_ZSTD
	       ? "libzstd " ZSTD_VERSION_STRING " level " TEXT(COMPRESS_ZSTD_LEVEL)
	       : "libdeflate " LIBDEFLATE_VERSION_STRING " level " TEXT(COMPRESS_GZIP_LEVEL);
}
