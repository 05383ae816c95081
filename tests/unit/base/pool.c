/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c: objects and texts of every size, in the release's blocks. */
#include "unit.h"

/* Sanitized, everything else has a block for each object. */
#undef POOL_BLOCK_BYTES
#include "../../../bundler/base/pool.c"

static void objects_are_zeroed_aligned_apart(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 300, 959, 960, 961, 5000, 100000, 3 };
	struct pool pool = { 0 };
	unsigned char *objects[100];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		const size_t size = sizes[i % 11];

		objects[i] = pool_new(&pool, size, 1);
		assert_int_equal((uintptr_t)objects[i] % sizeof(max_align_t), 0);
		for (size_t j = 0; j < size; j++)
			assert_int_equal(objects[i][j], 0);
		memset(objects[i], (int)i + 1, size);
	}
	for (size_t i = 0; i < 100; i++)
		for (size_t j = 0; j < sizes[i % 11]; j++)
			assert_int_equal(objects[i][j], i + 1);
	pool_free(&pool);
	assert_null(pool.blocks);
}

static void text_of_any_length(void **state)
{
	struct pool pool = { 0 };
	char *text;

	(void)state;
	for (int width = 1; width < 2000; width += 51) {
		text = pool_format(&pool, "%*d!", width, 7);
		assert_int_equal(strlen(text), width + 1);
		assert_string_equal(text + width - 1, "7!");
	}
	assert_string_equal(pool_copy(&pool, "a\0b", 1), "a");
	assert_string_equal(pool_copy(&pool, NULL, 0), "");
	assert_string_equal(pool_string(&pool, ""), "");
	pool_free(&pool);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_zeroed_aligned_apart),
		cmocka_unit_test(text_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
