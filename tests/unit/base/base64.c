/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64: the vectors of RFC 4648 section 10, and what is not canonical. */
#include "unit.h"

#include "base/base64.h"

static void vectors(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xef\xff", "++//" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = base64_write(rows[i][0], strlen(rows[i][0])), *bytes;
		size_t length;

		assert_string_equal(text, rows[i][1]);
		bytes = base64_parse(text, &length);
		assert_non_null(bytes);
		assert_int_equal(length, strlen(rows[i][0]));
		assert_memory_equal(bytes, rows[i][0], length + 1);
		free(bytes);
		free(text);
	}
}

static void all_bytes(void **state)
{
	uint8_t bytes[256];
	size_t length;
	char *text, *back;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	text = base64_write(bytes, sizeof bytes);
	back = base64_parse(text, &length);
	assert_int_equal(length, sizeof bytes);
	assert_memory_equal(back, bytes, sizeof bytes);
	free(back);
	free(text);
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "=", "====", "Zm 9v", "Zm9v\n", "Zg==Zg==",
		"-_--", "Zm9v!",
	};
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (base64_parse(texts[i], &length))
			fail_msg("'%s' was taken", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors), cmocka_unit_test(all_bytes), cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
