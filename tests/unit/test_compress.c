/* The compressor: what comes out is what went in, the same bytes however it is handed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "buffer.h"
#include "compress.h"
#include "memory.h"

#define LIMIT (64u << 20)

static int take(void *context, const void *bytes, size_t length)
{
	return buffer_add(context, bytes, length);
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
static struct buffer compressed(const char *input, size_t length, size_t piece)
{
	struct buffer output;
	struct compress *compress;

	buffer_init(&output, LIMIT);
	compress = compress_open(take, &output);
	for (size_t at = 0; at < length; at += piece)
		assert_int_equal(compress_add(compress, input + at,
					      length - at < piece ? length - at : piece),
				 0);
	assert_int_equal(compress_close(compress), 0);
	return output;
}

/* Unpacks all members by zlib, which checks their CRC and length. */
static size_t unpacked(const struct buffer *gzip, char *output, size_t size, size_t *members)
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

static void round_trip(void **state)
{
	static const struct {
		size_t length, members;
	} cases[] = {
		{ 0, 0 }, { 1, 1 }, { COMPRESS_BLOCK_BYTES - 1, 1 }, { COMPRESS_BLOCK_BYTES, 1 },
		{ COMPRESS_BLOCK_BYTES + 1, 2 }, { 20 * COMPRESS_BLOCK_BYTES + 7, 21 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t length = cases[i].length, members;
		char *input = make_input(length), *output = memory_new(length + 1, 1);
		struct buffer gzip = compressed(input, length, 100000);

		assert_int_equal(unpacked(&gzip, output, length + 1, &members), length);
		assert_int_equal(members, cases[i].members);
		assert_memory_equal(input, output, length);
		buffer_free(&gzip);
		free(output);
		free(input);
	}
}

static void pieces_do_not_matter(void **state)
{
	size_t length = 3 * COMPRESS_BLOCK_BYTES + 12345;
	char *input = make_input(length);
	struct buffer whole = compressed(input, length, length);

	(void)state;
	for (size_t piece = 4093; piece < length; piece *= 7) {
		struct buffer again = compressed(input, length, piece);

		assert_int_equal(again.length, whole.length);
		assert_memory_equal(again.bytes, whole.bytes, whole.length);
		buffer_free(&again);
	}
	buffer_free(&whole);
	free(input);
}

/* RFC 1952 section 2.3: no flags, no time; the operating system is unknown. */
static void header_says_nothing(void **state)
{
	static const unsigned char expected[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0 };
	struct buffer gzip = compressed("bundler", 7, 7);

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
	struct compress *compress = compress_open(refuse, &left);

	(void)state;
	for (size_t at = 0; at < length && result == 0; at += COMPRESS_BLOCK_BYTES)
		result = compress_add(compress, input, COMPRESS_BLOCK_BYTES);
	assert_int_equal(result, -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(compress_close(compress), -1);
	assert_int_equal(errno, ENOSPC);
	free(input);
}

static void failure_of_the_last_block_is_told(void **state)
{
	int left = 0;
	struct compress *compress = compress_open(refuse, &left);

	(void)state;
	assert_int_equal(compress_add(compress, "x", 1), 0);
	assert_int_equal(compress_close(compress), -1);
	assert_int_equal(errno, ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(pieces_do_not_matter),
		cmocka_unit_test(header_says_nothing),
		cmocka_unit_test(output_that_fails_ends_it),
		cmocka_unit_test(failure_of_the_last_block_is_told),
	};

	return cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
