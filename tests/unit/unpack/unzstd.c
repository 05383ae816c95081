/* SPDX-License-Identifier: Apache-2.0 */
/* unzstd.c: streams are read to their last byte or refused. */
#include "unit.h"

#include <errno.h>
#include <zstd.h>

#include "packed.h"

static void add_frame_with(struct packed *stream, const void *bytes, size_t length, ZSTD_CCtx *how)
{
	size_t bound = ZSTD_compressBound(length), packed;
	char *frame = test_malloc(bound);

	packed = ZSTD_compress2(how, frame, bound, bytes, length);
	assert_false(ZSTD_isError(packed));
	add(stream, frame, packed);
	test_free(frame);
	ZSTD_freeCCtx(how);
}

static ZSTD_CCtx *with(ZSTD_cParameter parameter, int value)
{
	ZSTD_CCtx *how = ZSTD_createCCtx();

	assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(how, parameter, value)));
	return how;
}

static void add_frame(struct packed *stream, const void *bytes, size_t length)
{
	add_frame_with(stream, bytes, length, with(ZSTD_c_checksumFlag, 1));
}

static void unpacks(void **state)
{
	static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, 131072, 1000000 };
	static const size_t pieces[] = { SIZE_MAX, 4099, 1 };
	static char bytes[1000000];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * i / 1000);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
			struct packed stream;
			struct buffer plain;
			const char *fault;

			begin(&stream);
			stream.piece = pieces[k];
			add_frame(&stream, bytes, lengths[i]);
			assert_int_equal(unpack(COMPRESSION_ZSTD, &stream, &plain, &fault), 0);
			assert_int_equal(plain.length, lengths[i]);
			if (lengths[i] > 0)
				assert_memory_equal(plain.bytes, bytes, lengths[i]);
			buffer_free(&plain);
			buffer_free(&stream.bytes);
		}
}

/* RFC 8878 sections 3.1 and 3.1.2: frames stand one behind the other, and some are skipped. */
static void several_frames(void **state)
{
	struct packed stream;
	struct buffer plain;
	const char *fault;

	(void)state;
	begin(&stream);
	add_frame(&stream, "one ", 4);
	add_frame(&stream, "", 0);
	add(&stream, "\x50\x2a\x4d\x18\4\0\0\0skip", 12);
	add_frame_with(&stream, "two", 3, with(ZSTD_c_contentSizeFlag, 0));
	add(&stream, "\x5f\x2a\x4d\x18\0\0\0\0", 8);
	assert_int_equal(unpack(COMPRESSION_ZSTD, &stream, &plain, &fault), 0);
	assert_string_equal(plain.bytes, "one two");
	buffer_free(&plain);
	buffer_free(&stream.bytes);
}

static void cut_anywhere(void **state)
{
	struct packed stream;
	size_t first;

	(void)state;
	begin(&stream);
	add_frame(&stream, "one ", 4);
	first = stream.bytes.length;
	add_frame(&stream, "some text, some text", 20);
	while (stream.bytes.length > 0) {
		stream.bytes.length--;
		/* Between the frames is an end like any other. */
		if (stream.bytes.length != first)
			assert_fault(COMPRESSION_ZSTD, &stream, "truncated");
	}
	buffer_free(&stream.bytes);
}

/* A frame of a few bytes is stored: with its checksum nothing can change unnoticed. */
static void damaged_anywhere(void **state)
{
	struct packed stream;
	struct buffer plain;
	const char *fault;

	(void)state;
	begin(&stream);
	add_frame(&stream, "some text, some text", 20);
	for (size_t i = 0; i < 8 * stream.bytes.length; i++) {
		char *byte = &stream.bytes.bytes[i / 8];

		*byte = (char)(*byte ^ (1 << i % 8));
		if (unpack(COMPRESSION_ZSTD, &stream, &plain, &fault) == 0
		    && !(plain.length == 20 && memcmp(plain.bytes, "some text, some text", 20) == 0))
			fail_msg("bit %zu changes the content", i);
		*byte = (char)(*byte ^ (1 << i % 8));
		buffer_free(&plain);
	}
	stream.bytes.bytes[stream.bytes.length - 1]++;
	assert_fault(COMPRESSION_ZSTD, &stream, "incorrect checksum");
	buffer_free(&stream.bytes);
}

static void trailing_bytes(void **state)
{
	struct packed stream;

	(void)state;
	begin(&stream);
	add_frame(&stream, "text", 4);
	add(&stream, "\x28", 1);
	assert_fault(COMPRESSION_ZSTD, &stream, "truncated");
	stream.bytes.length--;
	add(&stream, "garbage", 7);
	assert_fault(COMPRESSION_ZSTD, &stream, "something that is not in zstd format follows");
	stream.bytes.length -= 7;
	add(&stream, "\0\0\0\0", 4);
	assert_fault(COMPRESSION_ZSTD, &stream, "something that is not in zstd format follows");
	buffer_free(&stream.bytes);
}

static void other_formats(void **state)
{
	static const char *const texts[] = { "<html>", "PK\3\4....", "\x1f\x8b\x08.......",
					     "BZh9....", "\x27\xb5\x2f\xfd....." };
	struct packed stream;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		begin(&stream);
		add(&stream, texts[i], strlen(texts[i]));
		assert_fault(COMPRESSION_ZSTD, &stream, "not in zstd format");
		buffer_free(&stream.bytes);
	}
}

/* RFC 8878 section 3.1.1.1: the window that a frame wants, here without its blocks. */
static void large_windows(void **state)
{
	struct packed stream;

	(void)state;
	begin(&stream);
	add(&stream, "\x28\xb5\x2f\xfd\0\x88\1\0\0", 9);	/* 2^27 bytes, an empty block */
	assert_int_equal(unpack(COMPRESSION_ZSTD, &stream, &(struct buffer){ 0 }, &(const char *){ NULL }), 0);
	stream.bytes.bytes[5] = '\x89';				/* an eighth more */
	assert_fault(COMPRESSION_ZSTD, &stream, "its window is larger than 128 MiB");
	stream.bytes.bytes[5] = '\xff';
	assert_fault(COMPRESSION_ZSTD, &stream, "its window is larger than 128 MiB");
	buffer_free(&stream.bytes);
}

static void dictionaries(void **state)
{
	struct packed stream;

	(void)state;
	begin(&stream);
	add(&stream, "\x28\xb5\x2f\xfd\1\x50\7\1\0\0", 10);
	assert_fault(COMPRESSION_ZSTD, &stream, "it needs a dictionary");
	buffer_free(&stream.bytes);
}

static void a_source_that_fails(void **state)
{
	struct packed stream;
	struct buffer plain;
	const char *fault = "(none)";

	(void)state;
	begin(&stream);
	add(&stream, "\x28\xb5", 2);
	stream.fault = EIO;
	assert_int_equal(unpack(COMPRESSION_ZSTD, &stream, &plain, &fault), -1);
	assert_int_equal(errno, EIO);
	assert_null(fault);
	buffer_free(&plain);
	buffer_free(&stream.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks),
		cmocka_unit_test(several_frames),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(trailing_bytes),
		cmocka_unit_test(other_formats),
		cmocka_unit_test(large_windows),
		cmocka_unit_test(dictionaries),
		cmocka_unit_test(a_source_that_fails),
	};

	return cmocka_run_group_tests_name("unzstd", tests, NULL, NULL);
}
