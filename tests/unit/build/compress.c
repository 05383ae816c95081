/* SPDX-License-Identifier: Apache-2.0 */
/* The compressor: what comes out is what went in, the same bytes however it is handed over. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "build/compress.h"
#include "unit.h"

#define LIMIT (64u << 20)

static int take(void *context, const void *bytes, size_t length)
{
	return buffer_add(context, bytes, length);
}

/* Stands before libc's in this program; no thread can be made while it is set. */
static bool no_threads;

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
		   void *(*start)(void *), void *restrict argument)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
		(int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))
		(uintptr_t)dlsym(RTLD_NEXT, "pthread_create");

	return no_threads ? EAGAIN : next(thread, attributes, start, argument);
}

static char *make_input(size_t length)
{
	char *input = memory_new(length, 1);
	uint32_t word = 1;

	for (size_t i = 0; i < length; i++) {
		word = word * 1103515245 + 12345;
		input[i] = (char)(word >> 16 & 31);
	}
	return input;
}

/* Compresses length bytes, handed over in pieces. */
static struct buffer compressed(enum compression format, const char *input, size_t length,
				size_t piece)
{
	struct buffer output;
	struct channel *compress;

	buffer_init(&output, LIMIT);
	compress = compress_open(format, take, &output);
	for (size_t at = 0; at < length; at += piece)
		assert_int_equal(channel_add(compress, input + at,
					      length - at < piece ? length - at : piece),
				 0);
	assert_int_equal(channel_close(compress), 0);
	return output;
}

/* Unpacks all members by zlib, which checks their CRC and length. */
static size_t gunzipped(const struct buffer *gzip, char *output, size_t size, size_t *members)
{
	z_stream stream = {
		.next_in = (Bytef *)gzip->bytes, .avail_in = (uInt)gzip->length,
		.next_out = (Bytef *)output, .avail_out = (uInt)size,
	};
	int status;

	*members = 0;
	assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
	while (stream.avail_in > 0) {
		status = inflate(&stream, Z_NO_FLUSH);
		assert_int_equal(status, Z_STREAM_END);
		++*members;
		inflateReset(&stream);
	}
	inflateEnd(&stream);
	return size - stream.avail_out;
}

/* Unpacks all frames by zstd; each states its size, and none has more than a block. */
static size_t unzstded(const struct buffer *zstd, char *output, size_t size, size_t *frames)
{
	size_t at = 0, length = 0;

	*frames = 0;
	while (at < zstd->length) {
		const char *frame = zstd->bytes + at;
		size_t packed = ZSTD_findFrameCompressedSize(frame, zstd->length - at);
		unsigned long long plain = ZSTD_getFrameContentSize(frame, packed);

		assert_in_range(plain, 1, COMPRESS_BLOCK_BYTES);
		assert_int_equal(ZSTD_decompress(output + length, size - length, frame, packed),
				 plain);
		length += plain;
		at += packed;
		++*frames;
	}
	return length;
}

static size_t unpacked(enum compression format, const struct buffer *packed, char *output,
		       size_t size, size_t *parts)
{
	return format == COMPRESSION_ZSTD ? unzstded(packed, output, size, parts)
				    : gunzipped(packed, output, size, parts);
}

static void assert_round_trip(enum compression format, size_t length, size_t parts)
{
	char *input = make_input(length), *output = memory_new(length + 1, 1);
	struct buffer packed = compressed(format, input, length, 100000);
	size_t found;

	assert_int_equal(unpacked(format, &packed, output, length + 1, &found), length);
	assert_int_equal(found, parts);
	assert_memory_equal(input, output, length);
	buffer_free(&packed);
	free(output);
	free(input);
}

static void round_trip(void **state)
{
	static const struct {
		size_t length, parts;
	} cases[] = {
		{ 0, 0 }, { 1, 1 }, { COMPRESS_BLOCK_BYTES - 1, 1 }, { COMPRESS_BLOCK_BYTES, 1 },
		{ COMPRESS_BLOCK_BYTES + 1, 2 }, { 20 * COMPRESS_BLOCK_BYTES + 7, 21 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_round_trip(COMPRESSION_GZIP, cases[i].length, cases[i].parts);
		assert_round_trip(COMPRESSION_ZSTD, cases[i].length, cases[i].parts);
	}
}

static void assert_pieces_do_not_matter(enum compression format)
{
	size_t length = 3 * COMPRESS_BLOCK_BYTES + 12345;
	char *input = make_input(length);
	struct buffer whole = compressed(format, input, length, length);

	for (size_t piece = 4093; piece < length; piece *= 7) {
		struct buffer again = compressed(format, input, length, piece);

		assert_int_equal(again.length, whole.length);
		assert_memory_equal(again.bytes, whole.bytes, whole.length);
		buffer_free(&again);
	}
	buffer_free(&whole);
	free(input);
}

static void pieces_do_not_matter(void **state)
{
	(void)state;
	assert_pieces_do_not_matter(COMPRESSION_GZIP);
	assert_pieces_do_not_matter(COMPRESSION_ZSTD);
}

/* RFC 8878 section 3.1.1.1: a single segment whose size is stated, no checksum, no dictionary. */
static void frame_says_its_size(void **state)
{
	static const unsigned char expected[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x20, 7 };
	struct buffer zstd = compressed(COMPRESSION_ZSTD, "bundler", 7, 7);

	(void)state;
	assert_memory_equal(zstd.bytes, expected, sizeof expected);
	buffer_free(&zstd);
}

static void versions(void **state)
{
	(void)state;
	assert_string_equal(compress_version(COMPRESSION_ZSTD),
			    "libzstd " ZSTD_VERSION_STRING " level 3");
}

/* RFC 1952 section 2.3: no flags, no time; the operating system is unknown. */
static void header_says_nothing(void **state)
{
	static const unsigned char expected[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0 };
	struct buffer gzip = compressed(COMPRESSION_GZIP, "bundler", 7, 7);

	(void)state;
	assert_memory_equal(gzip.bytes, expected, sizeof expected);
	assert_int_equal((unsigned char)gzip.bytes[9], 255);
	buffer_free(&gzip);
}

static int refuse(void *context, const void *bytes, size_t length)
{
	int *left = context;

	(void)bytes;
	(void)length;
	if ((*left)-- > 0)
		return 0;
	errno = ENOSPC;
	return -1;
}

static void output_that_fails_ends_it(void **state)
{
	size_t length = 40 * COMPRESS_BLOCK_BYTES;
	char *input = make_input(COMPRESS_BLOCK_BYTES);
	int left = 2, result = 0;
	struct channel *compress = compress_open(COMPRESSION_GZIP, refuse, &left);

	(void)state;
	for (size_t at = 0; at < length && result == 0; at += COMPRESS_BLOCK_BYTES)
		result = channel_add(compress, input, COMPRESS_BLOCK_BYTES);
	assert_int_equal(result, -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(channel_close(compress), -1);
	assert_int_equal(errno, ENOSPC);
	free(input);
}

static void failure_of_the_last_block_is_told(void **state)
{
	int left = 0;
	struct channel *compress = compress_open(COMPRESSION_GZIP, refuse, &left);

	(void)state;
	assert_int_equal(channel_add(compress, "x", 1), 0);
	assert_int_equal(channel_close(compress), -1);
	assert_int_equal(errno, ENOSPC);
}

static void no_thread_is_needed(void **state)
{
	no_threads = true;
	round_trip(state);
	output_that_fails_ends_it(state);
	failure_of_the_last_block_is_told(state);
	no_threads = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(pieces_do_not_matter),
		cmocka_unit_test(header_says_nothing),
		cmocka_unit_test(frame_says_its_size),
		cmocka_unit_test(versions),
		cmocka_unit_test(output_that_fails_ends_it),
		cmocka_unit_test(failure_of_the_last_block_is_told),
		cmocka_unit_test(no_thread_is_needed),
	};

	return cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
