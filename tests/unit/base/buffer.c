/* SPDX-License-Identifier: Apache-2.0 */
/* buffer.c, memory.c and pool.c: growing, maxima, ownership. */
#include "unit.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/pool.h"

static void grows_and_ends_in_nul(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 100000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buffer_add(&buffer, "0123456789", 10), 0);
	assert_int_equal(buffer.length, 100000);
	assert_int_equal(buffer.bytes[buffer.length], '\0');
	assert_memory_equal(buffer.bytes + 99990, "0123456789", 11);
	buffer_free(&buffer);
	assert_null(buffer.bytes);
	assert_int_equal(buffer.length, 0);
	assert_int_equal(buffer.maximum, 100000);
}

static void maximum_is_kept(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 5);
	assert_int_equal(buffer_add(&buffer, "123456", 6), -1);
	assert_int_equal(buffer.length, 0);
	assert_int_equal(buffer_add_string(&buffer, "1234"), 0);
	assert_int_equal(buffer_format(&buffer, "%d", 56), -1);
	assert_string_equal(buffer.bytes, "1234");
	assert_int_equal(buffer_format(&buffer, "%d", 5), 0);
	assert_int_equal(buffer_add(&buffer, "", 0), 0);
	assert_int_equal(buffer_add(&buffer, "x", 1), -1);
	assert_string_equal(buffer.bytes, "12345");
	buffer_free(&buffer);
}

/* A length that makes length + 1 wrap must not get past the maximum. */
static void huge_lengths_do_not_wrap(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 10);
	assert_int_equal(buffer_add(&buffer, "x", 1), 0);
	assert_int_equal(buffer_add(&buffer, "x", SIZE_MAX), -1);
	assert_int_equal(buffer.length, 1);
	buffer_free(&buffer);
}

static void take_hands_over(void **state)
{
	struct buffer buffer;
	char *bytes;

	(void)state;
	buffer_init(&buffer, 10);
	bytes = buffer_take(&buffer);
	assert_string_equal(bytes, "");
	free(bytes);
	assert_int_equal(buffer_add_string(&buffer, "text"), 0);
	bytes = buffer_take(&buffer);
	assert_string_equal(bytes, "text");
	assert_null(buffer.bytes);
	assert_int_equal(buffer.length, 0);
	assert_int_equal(buffer_add_string(&buffer, "0123456789"), 0);
	buffer_free(&buffer);
	free(bytes);
}

static void memory_is_zeroed_and_copied(void **state)
{
	char *bytes = memory_new(3, 5), *copy;

	(void)state;
	for (int i = 0; i < 15; i++)
		assert_int_equal(bytes[i], 0);
	bytes = memory_resize(bytes, 2, 2);
	memcpy(bytes, "a\0bc", 4);
	copy = memory_copy(bytes, 4);
	assert_memory_equal(copy, "a\0bc\0", 5);
	free(copy);
	free(bytes);
	copy = memory_copy(NULL, 0);
	assert_string_equal(copy, "");
	free(copy);
	copy = memory_format("%s-%d", "x", 7);
	assert_string_equal(copy, "x-7");
	free(copy);
}

static void pool_owns(void **state)
{
	struct pool pool = { 0 };
	const char *bytes = pool_new(&pool, 4, 4), *text;

	(void)state;
	for (int i = 0; i < 16; i++)
		assert_int_equal(bytes[i], 0);
	text = pool_string(&pool, "text");
	assert_string_equal(text, "text");
	assert_memory_equal(pool_copy(&pool, "a\0b", 3), "a\0b\0", 4);
	assert_string_equal(pool_copy(&pool, NULL, 0), "");
	assert_string_equal(pool_format(&pool, "%s %s", text, text), "text text");
	pool_free(&pool);
	assert_null(pool.blocks);
	pool_free(&pool);
}

/* What a pool hands out is aligned for anything. */
static void pool_aligns(void **state)
{
	struct pool pool = { 0 };

	(void)state;
	for (size_t size = 1; size < 40; size++)
		assert_int_equal((uintptr_t)pool_new(&pool, 1, size) % _Alignof(max_align_t), 0);
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_ends_in_nul),
		cmocka_unit_test(maximum_is_kept),
		cmocka_unit_test(huge_lengths_do_not_wrap),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(memory_is_zeroed_and_copied),
		cmocka_unit_test(pool_owns),
		cmocka_unit_test(pool_aligns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
