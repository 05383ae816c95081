/* SPDX-License-Identifier: Apache-2.0 */
/* unbzip2.c: streams are read to their last byte or refused. */
#include "unit.h"

#include <bzlib.h>

#include "packed.h"

#define BZIP2 COMPRESSION_BZIP2

static void add_stream(struct packed *bzip2, const char *bytes, size_t length)
{
	unsigned bound = (unsigned)(length + length / 100 + 600);
	char *packed = test_malloc(bound);

	assert_int_equal(BZ2_bzBuffToBuffCompress(packed, &bound, (char *)(uintptr_t)bytes,
						  (unsigned)length, 9, 0, 0), BZ_OK);
	add(bzip2, packed, bound);
	test_free(packed);
}

static void assert_plain(struct packed *bzip2, const char *bytes, size_t length)
{
	struct buffer plain;
	const char *fault = NULL;

	if (unpack(BZIP2, bzip2, &plain, &fault) < 0)
		fail_msg("%s", fault);
	assert_int_equal(plain.length, length);
	if (length > 0)
		assert_memory_equal(plain.bytes, bytes, length);
	buffer_free(&plain);
}

static void unpacks(void **state)
{
	static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, 1000000 };
	static const size_t pieces[] = { SIZE_MAX, 4099, 1 };
	static char bytes[1000000];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * i / 1000);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
			struct packed bzip2;

			begin(&bzip2);
			bzip2.piece = pieces[k];
			add_stream(&bzip2, bytes, lengths[i]);
			assert_plain(&bzip2, bytes, lengths[i]);
			buffer_free(&bzip2.bytes);
		}
}

/* As pbzip2 writes them. */
static void several_streams(void **state)
{
	struct packed bzip2;

	(void)state;
	begin(&bzip2);
	add_stream(&bzip2, "one ", 4);
	add_stream(&bzip2, "", 0);
	add_stream(&bzip2, "two", 3);
	assert_plain(&bzip2, "one two", 7);
	buffer_free(&bzip2.bytes);
}

static void cut_anywhere(void **state)
{
	struct packed bzip2;
	size_t first;

	(void)state;
	begin(&bzip2);
	add_stream(&bzip2, "one ", 4);
	first = bzip2.bytes.length;
	add_stream(&bzip2, "some text, some text", 20);
	while (bzip2.bytes.length > 0) {
		bzip2.bytes.length--;
		/* Between the streams is an end like any other. */
		if (bzip2.bytes.length != first)
			assert_fault(BZIP2, &bzip2, "truncated");
	}
	buffer_free(&bzip2.bytes);
}

/* Some bits have no meaning, such as those up to the last whole byte; none changes the content. */
static void damaged_anywhere(void **state)
{
	static const char text[] = "some text, some text";
	struct packed bzip2;
	struct buffer plain;
	const char *fault;
	size_t unnoticed = 0;

	(void)state;
	begin(&bzip2);
	add_stream(&bzip2, text, strlen(text));
	for (size_t i = 0; i < 8 * bzip2.bytes.length; i++) {
		char *byte = &bzip2.bytes.bytes[i / 8];

		*byte = (char)(*byte ^ (1 << i % 8));
		if (unpack(BZIP2, &bzip2, &plain, &fault) == 0) {
			assert_int_equal(plain.length, strlen(text));
			assert_memory_equal(plain.bytes, text, strlen(text));
			unnoticed++;
		}
		*byte = (char)(*byte ^ (1 << i % 8));
		buffer_free(&plain);
	}
	assert_in_range(unnoticed, 0, 16);
	buffer_free(&bzip2.bytes);
}

static void trailing_bytes(void **state)
{
	struct packed bzip2;

	(void)state;
	begin(&bzip2);
	add_stream(&bzip2, "text", 4);
	add(&bzip2, "B", 1);
	assert_fault(BZIP2, &bzip2, "truncated");
	bzip2.bytes.length--;
	add(&bzip2, "garbage", 7);
	assert_fault(BZIP2, &bzip2, "something that is not in bzip2 format follows");
	bzip2.bytes.length -= 7;
	add(&bzip2, "\0\0\0\0", 4);
	assert_fault(BZIP2, &bzip2, "something that is not in bzip2 format follows");
	buffer_free(&bzip2.bytes);
}

static void other_formats(void **state)
{
	static const char *const texts[] = { "<html>", "PK\3\4....", "\x1f\x8b\x08.......",
					     "BZ09....", ("\xfd" "7zXZ.....") };
	struct packed bzip2;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		begin(&bzip2);
		add(&bzip2, texts[i], strlen(texts[i]));
		assert_fault(BZIP2, &bzip2, "not in bzip2 format");
		buffer_free(&bzip2.bytes);
	}
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
	};

	return cmocka_run_group_tests_name("unbzip2", tests, NULL, NULL);
}
