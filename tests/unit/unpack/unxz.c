/* SPDX-License-Identifier: Apache-2.0 */
/* unxz.c: streams are read to their last byte or refused. */
#include "unit.h"

#include <lzma.h>

#include "packed.h"

#define XZ COMPRESSION_XZ

/* What of a stream is not as usual. */
struct how {
	unsigned char check;		/* xz-file-format section 2.1.1.2; only CRC-32 is made */
	unsigned char dictionary;	/* section 5.3.1 */
	unsigned char filter;		/* section 5.3 */
};

static const struct how usual = { LZMA_CHECK_CRC32, 28, 0x21 };

static void add_number(struct packed *xz, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		add(xz, &(unsigned char){ (unsigned char)(value >> (8 * i)) }, 1);
}

/* Adds the CRC-32 of what was added after an offset. */
static void add_crc(struct packed *xz, size_t from)
{
	add_number(xz, lzma_crc32((const uint8_t *)xz->bytes.bytes + from,
				  xz->bytes.length - from, 0));
}

static void pad(struct packed *xz, size_t from)
{
	while ((xz->bytes.length - from) % 4 != 0)
		add(xz, "", 1);
}

/* A number of the index (section 1.2). */
static void add_vli(struct packed *xz, size_t value)
{
	for (; value > 127; value >>= 7)
		add(xz, &(unsigned char){ (unsigned char)(value & 127) | 128 }, 1);
	add(xz, &(unsigned char){ (unsigned char)value }, 1);
}

/* A stream of one block, which is stored: every byte of it is known. */
static void add_stream_as(struct packed *xz, const char *bytes, size_t length, struct how how)
{
	const unsigned char flags[] = { 0, how.check };
	const unsigned char header[] = { 2, 0, how.filter, 1, how.dictionary, 0, 0, 0 };
	char last[4];
	const bool checked = how.check != LZMA_CHECK_NONE;
	size_t block, unpadded, index, footer;

	add(xz, "\xfd" "7zXZ\0", 6);
	add(xz, flags, sizeof flags);
	add_crc(xz, xz->bytes.length - sizeof flags);
	block = xz->bytes.length;
	add(xz, header, sizeof header);
	add_crc(xz, block);
	for (size_t at = 0, piece; at < length; at += piece) {
		piece = length - at < 65536 ? length - at : 65536;
		add(xz, (unsigned char[]){ at == 0 ? 1 : 2, (unsigned char)((piece - 1) >> 8),
					   (unsigned char)(piece - 1) }, 3);
		add(xz, bytes + at, piece);
	}
	add(xz, "", 1);
	unpadded = xz->bytes.length - block + (checked ? 4 : 0);
	pad(xz, block);
	if (checked)
		add_number(xz, lzma_crc32((const uint8_t *)bytes, length, 0));
	index = xz->bytes.length;
	add(xz, "\0\1", 2);
	add_vli(xz, unpadded);
	add_vli(xz, length);
	pad(xz, index);
	add_crc(xz, index);
	footer = xz->bytes.length;
	add_number(xz, (uint32_t)(footer - index) / 4 - 1);
	add(xz, flags, sizeof flags);
	/* The CRC-32 of the footer is before it. */
	add_crc(xz, footer);
	memcpy(last, xz->bytes.bytes + footer + 6, 4);
	memmove(xz->bytes.bytes + footer + 4, xz->bytes.bytes + footer, 6);
	memcpy(xz->bytes.bytes + footer, last, 4);
	add(xz, "YZ", 2);
}

static void add_stream(struct packed *xz, const char *bytes, size_t length)
{
	add_stream_as(xz, bytes, length, usual);
}

static void assert_plain(struct packed *xz, const char *bytes, size_t length)
{
	struct buffer plain;
	const char *fault = NULL;

	if (unpack(XZ, xz, &plain, &fault) < 0)
		fail_msg("%s", fault);
	assert_int_equal(plain.length, length);
	if (length > 0)
		assert_memory_equal(plain.bytes, bytes, length);
	buffer_free(&plain);
}

static void unpacks(void **state)
{
	static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, 300000 };
	static const size_t pieces[] = { SIZE_MAX, 4099, 1 };
	static char bytes[300000];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * i / 1000);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
			struct packed xz;

			begin(&xz);
			xz.piece = pieces[k];
			add_stream(&xz, bytes, lengths[i]);
			assert_plain(&xz, bytes, lengths[i]);
			buffer_free(&xz.bytes);
		}
}

/* Section 2.2: streams stand one behind the other, with multiples of four zeros between them. */
static void several_streams(void **state)
{
	struct packed xz;

	(void)state;
	begin(&xz);
	add_stream(&xz, "one ", 4);
	add_stream_as(&xz, "two ", 4, (struct how){ LZMA_CHECK_NONE, 0, 0x21 });
	add(&xz, "\0\0\0\0\0\0\0\0", 8);
	add_stream(&xz, "three", 5);
	add(&xz, "\0\0\0\0", 4);
	assert_plain(&xz, "one two three", 13);
	add(&xz, "\0\0", 2);
	assert_fault(XZ, &xz, "invalid data, or something that is not in xz format follows");
	buffer_free(&xz.bytes);
}

static void cut_anywhere(void **state)
{
	struct packed xz;
	size_t first;

	(void)state;
	begin(&xz);
	add_stream(&xz, "one ", 4);
	first = xz.bytes.length;
	add_stream(&xz, "some text, some text", 20);
	while (xz.bytes.length > 0) {
		xz.bytes.length--;
		/* Between the streams is an end like any other. */
		if (xz.bytes.length != first)
			assert_fault(XZ, &xz, "truncated");
	}
	buffer_free(&xz.bytes);
}

static void damaged_anywhere(void **state)
{
	struct packed xz;
	struct buffer plain;
	const char *fault;

	(void)state;
	begin(&xz);
	add_stream(&xz, "some text, some text", 20);
	for (size_t i = 0; i < 8 * xz.bytes.length; i++) {
		char *byte = &xz.bytes.bytes[i / 8];

		*byte = (char)(*byte ^ (1 << i % 8));
		if (unpack(XZ, &xz, &plain, &fault) == 0)
			fail_msg("bit %zu is changed unnoticed", i);
		*byte = (char)(*byte ^ (1 << i % 8));
		buffer_free(&plain);
	}
	buffer_free(&xz.bytes);
}

static void trailing_bytes(void **state)
{
	struct packed xz;

	(void)state;
	begin(&xz);
	add_stream(&xz, "text", 4);
	add(&xz, "\xfd", 1);
	assert_fault(XZ, &xz, "truncated");
	xz.bytes.length--;
	add(&xz, "garbage, and more of it", 23);
	assert_fault(XZ, &xz, "invalid data, or something that is not in xz format follows");
	buffer_free(&xz.bytes);
}

static void other_formats(void **state)
{
	static const char *const texts[] = { "<html></html>", "PK\3\4.........",
					     "\x1f\x8b\x08..........", "BZh9.........",
					     "]\1\1\200\1........" };
	struct packed xz;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		begin(&xz);
		add(&xz, texts[i], strlen(texts[i]));
		assert_fault(XZ, &xz, "not in xz format");
		buffer_free(&xz.bytes);
	}
}

static void assert_refused_as(struct how how, const char *reason, bool exceeds)
{
	struct packed xz;
	const void *bytes;
	const char *fault = "(none)";
	struct stream *stream;

	begin(&xz);
	add_stream_as(&xz, "text", 4, how);
	stream = stream_open(XZ, take, &xz);
	assert_int_equal(stream_read(stream, &bytes, &fault), -1);
	assert_string_equal(fault, reason);
	assert_int_equal(stream_exceeds(stream), exceeds);
	stream_close(stream);
	buffer_free(&xz.bytes);
}

/* 64 MiB is what xz -9 needs; the next size is 96 MiB, and the largest 4 GiB. */
static void large_dictionaries(void **state)
{
	(void)state;
	for (unsigned char size = 29; size <= 40; size++)
		assert_refused_as((struct how){ LZMA_CHECK_CRC32, size, 0x21 },
				  "its dictionary is larger than 64 MiB", true);
}

static void unknown_parts(void **state)
{
	(void)state;
	for (unsigned char check = 2; check < 4; check++)
		assert_refused_as((struct how){ check, 28, 0x21 },
				  "its check is of an unknown kind", false);
	assert_refused_as((struct how){ LZMA_CHECK_CRC32, 28, 3 },
			  "it needs a filter that is not supported", false);
	assert_refused_as((struct how){ LZMA_CHECK_CRC32, 41, 0x21 },
			  "it needs a filter that is not supported", false);
}

static void a_source_that_fails(void **state)
{
	struct packed xz;
	struct buffer plain;
	const char *fault = "(none)";

	(void)state;
	begin(&xz);
	add(&xz, "\xfd" "7z", 3);
	xz.fault = EIO;
	assert_int_equal(unpack(XZ, &xz, &plain, &fault), -1);
	assert_int_equal(errno, EIO);
	assert_null(fault);
	buffer_free(&plain);
	buffer_free(&xz.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks),
		cmocka_unit_test(several_streams),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(trailing_bytes),
		cmocka_unit_test(other_formats),
		cmocka_unit_test(large_dictionaries),
		cmocka_unit_test(unknown_parts),
		cmocka_unit_test(a_source_that_fails),
	};

	return cmocka_run_group_tests_name("unxz", tests, NULL, NULL);
}
