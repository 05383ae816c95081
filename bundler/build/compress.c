/* SPDX-License-Identifier: Apache-2.0 */
#include "build/compress.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/jobs.h"
#include "base/memory.h"

#define MAXIMUM_WORKERS 8
#define STRING(x) #x
#define TEXT(x) STRING(x)

/* A piece of the stream; filled by the caller's thread, then compressed by a worker. */
struct block {
	size_t length;
	char bytes[COMPRESS_BLOCK_BYTES];
};

struct compress {
	enum media_compression format;
	channel_consume *consume;
	void *context;
	pthread_t threads[MAXIMUM_WORKERS];
	size_t workers;
	pthread_mutex_t lock;		/* of all below but the bytes of blocks in use */
	pthread_cond_t changed;
	size_t filled, taken, written;	/* numbers of blocks; filled is that of the one in work */
	bool ended;
	int fault;			/* errno of consume, or 0 */
	size_t block_count;
	struct block *blocks;
};

/* What compresses one block; one of the two is NULL. */
struct encoder {
	struct libdeflate_compressor *gzip;
	ZSTD_CCtx *zstd;
	size_t bound;		/* bytes that a block has at most */
};

static void encoder_open(struct encoder *encoder, enum media_compression format)
{
	*encoder = (struct encoder){ .bound = ZSTD_COMPRESSBOUND(COMPRESS_BLOCK_BYTES) };
	if (format == MEDIA_ZSTD) {
		encoder->zstd = ZSTD_createCCtx();
	} else {
		encoder->gzip = libdeflate_alloc_compressor(COMPRESS_GZIP_LEVEL);
		encoder->bound = libdeflate_gzip_compress_bound(encoder->gzip,
								COMPRESS_BLOCK_BYTES);
	}
	if (!encoder->zstd && !encoder->gzip)
		abort();
}

static void encoder_close(struct encoder *encoder)
{
	ZSTD_freeCCtx(encoder->zstd);
	libdeflate_free_compressor(encoder->gzip);
}

/* The number of bytes that the block has in output, which has encoder->bound. */
static size_t encode(const struct encoder *encoder, const struct block *block, char *output)
{
	size_t length;

	if (encoder->gzip)
		return libdeflate_gzip_compress(encoder->gzip, block->bytes, block->length, output,
						encoder->bound);
	length = ZSTD_compressCCtx(encoder->zstd, output, encoder->bound, block->bytes,
				   block->length, COMPRESS_ZSTD_LEVEL);
	/* Neither the arguments nor the room can be wrong, so it is memory. */
	if (ZSTD_isError(length))
		abort();
	return length;
}

/* The number of the next block to compress, waiting for it; false when there will be none. */
static bool take_block(struct compress *compress, size_t *number)
{
	bool found;

	pthread_mutex_lock(&compress->lock);
	while (compress->taken == compress->filled && !compress->ended)
		pthread_cond_wait(&compress->changed, &compress->lock);
	found = compress->taken < compress->filled;
	if (found)
		*number = compress->taken++;
	pthread_mutex_unlock(&compress->lock);
	return found;
}

/* Hands a compressed block over when its turn has come. */
static void write_block(struct compress *compress, size_t number, const void *bytes, size_t length)
{
	int fault;

	pthread_mutex_lock(&compress->lock);
	while (compress->written != number)
		pthread_cond_wait(&compress->changed, &compress->lock);
	fault = compress->fault;
	pthread_mutex_unlock(&compress->lock);
	if (fault == 0 && compress->consume(compress->context, bytes, length) < 0)
		fault = errno;
	pthread_mutex_lock(&compress->lock);
	compress->fault = fault;
	compress->written++;
	pthread_cond_broadcast(&compress->changed);
	pthread_mutex_unlock(&compress->lock);
}

static void *work(void *argument)
{
	struct compress *compress = argument;
	struct encoder encoder;
	size_t number;
	char *output;

	encoder_open(&encoder, compress->format);
	output = memory_new(encoder.bound, 1);
	while (take_block(compress, &number)) {
		const struct block *block = &compress->blocks[number % compress->block_count];

		write_block(compress, number, output, encode(&encoder, block, output));
	}
	free(output);
	encoder_close(&encoder);
	return NULL;
}

static size_t worker_count(void)
{
	size_t processors = jobs_processors();

	return processors < MAXIMUM_WORKERS ? processors : MAXIMUM_WORKERS;
}

struct compress *compress_open(enum media_compression format, channel_consume *consume,
			       void *context)
{
	struct compress *compress = memory_new(1, sizeof *compress);
	size_t wanted = worker_count();

	compress->format = format;
	compress->consume = consume;
	compress->context = context;
	pthread_mutex_init(&compress->lock, NULL);
	pthread_cond_init(&compress->changed, NULL);
	/* One more than the workers have, so that there is one to fill meanwhile. */
	compress->block_count = wanted + 1;
	compress->blocks = memory_new(compress->block_count, sizeof *compress->blocks);
	while (compress->workers < wanted
	       && pthread_create(&compress->threads[compress->workers], NULL, work, compress) == 0)
		compress->workers++;
	/* No thread at all is no memory at all. */
	if (compress->workers == 0)
		abort();
	return compress;
}

/* Hands over the block that was being filled, and waits until there is room for another. */
static int pass_block(struct compress *compress)
{
	int fault;

	pthread_mutex_lock(&compress->lock);
	compress->filled++;
	pthread_cond_broadcast(&compress->changed);
	while (compress->filled - compress->written == compress->block_count)
		pthread_cond_wait(&compress->changed, &compress->lock);
	fault = compress->fault;
	pthread_mutex_unlock(&compress->lock);
	compress->blocks[compress->filled % compress->block_count].length = 0;
	errno = fault;
	return fault == 0 ? 0 : -1;
}

int compress_add(struct compress *compress, const void *bytes, size_t length)
{
	const char *next = bytes;

	while (length > 0) {
		struct block *block = &compress->blocks[compress->filled % compress->block_count];
		size_t room = sizeof block->bytes - block->length;
		size_t part = length < room ? length : room;

		memcpy(block->bytes + block->length, next, part);
		block->length += part;
		next += part;
		length -= part;
		if (block->length == sizeof block->bytes && pass_block(compress) < 0)
			return -1;
	}
	return 0;
}

int compress_close(struct compress *compress)
{
	int fault;

	if (compress->blocks[compress->filled % compress->block_count].length > 0)
		pass_block(compress);
	pthread_mutex_lock(&compress->lock);
	compress->ended = true;
	pthread_cond_broadcast(&compress->changed);
	pthread_mutex_unlock(&compress->lock);
	while (compress->workers > 0)
		pthread_join(compress->threads[--compress->workers], NULL);
	fault = compress->fault;
	pthread_cond_destroy(&compress->changed);
	pthread_mutex_destroy(&compress->lock);
	free(compress->blocks);
	free(compress);
	errno = fault;
	return fault == 0 ? 0 : -1;
}

const char *compress_version(enum media_compression format)
{
	return format == MEDIA_ZSTD
	       ? "libzstd " ZSTD_VERSION_STRING " level " TEXT(COMPRESS_ZSTD_LEVEL)
	       : "libdeflate " LIBDEFLATE_VERSION_STRING " level " TEXT(COMPRESS_GZIP_LEVEL);
}
