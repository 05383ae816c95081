/* SPDX-License-Identifier: Apache-2.0 */
/* sums.c: SHA256SUMS texts. */
#include "unit.h"

#include "base/limits.h"
#include "recipe/sums.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static int find(const char *text, size_t length, const char *name, struct digest *digest,
		struct error *err)
{
	struct buffer sums;
	int result;

	buffer_init(&sums, LIMIT_SUMS_BYTES);
	if (length > 0)
		assert_int_equal(buffer_add(&sums, text, length), 0);
	result = sums_find(&sums, "SUMS", name, digest, err);
	buffer_free(&sums);
	return result;
}

static void finds_a_name(void **state)
{
	static const char *const rows[][3] = {
		{ A "  a\n" B "  b\n", "b", B }, { A "  a\n" B "  b\n", "a", A },
			{ A " *a\n", "a", A },
		{ A "  a b\n", "a b", A }, { A "  " B "\n", B, A }, { A "   a\n", " a", A },
	};
	char hex[DIGEST_HEX_BYTES];
	struct digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(find(rows[i][0], strlen(rows[i][0]), rows[i][1], &digest, &err),
				 1);
		assert_string_equal(digest_write_hex(&digest, hex), rows[i][2]);
	}
}

static void name_is_whole(void **state)
{
	static const char *const names[] = { "ab", "", "a.", "./a.b", "A.B", "b" };
	static const char text[] = A "  a.b\n";
	struct digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(find(text, strlen(text), names[i], &digest, &err), 0);
	assert_int_equal(find("", 0, "a", &digest, &err), 0);
}

/* Whatever stands before or behind the line that is looked for. */
static void every_line_counts(void **state)
{
	static const char *const lines[] = {
		"\n", "x\n", A "  \n", A " a\n", A "\ta\n", A "- a\n", "A" A "  a\n", A "a  a\n",
		"\\" A "  a\n", "SHA256 (a) = " A "\n", "# comment\n", A "  c", "<html>\n",
		A "  c\r", A "  c\r\n", A "  a\tb\n", A "  a\x7f\n",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  a\n",
	};
	char text[400];
	struct digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		snprintf(text, sizeof text, B "  b\n%s", lines[i]);
		assert_refused(find(text, strlen(text), "b", &digest, &err), err, STATUS_CONFIG,
			       "cannot use 'SUMS': line 2 is not '<SHA-256>  <name>'");
	}
	assert_refused(find(A "  a\0b\n", 64 + 6, "a", &digest, &err), err, STATUS_CONFIG,
		       "cannot use 'SUMS': line 1 is not '<SHA-256>  <name>'");
}

static void name_stands_once(void **state)
{
	static const char text[] = A "  a\n" B "  b\n" A "  a\n";
	struct digest digest;
	struct error err;

	(void)state;
	assert_refused(find(text, strlen(text), "a", &digest, &err), err, STATUS_CONFIG,
		       "cannot use 'SUMS': 'a' is listed twice");
	assert_int_equal(find(text, strlen(text), "b", &digest, &err), 1);
}

/* The form of a record: names are not judged, and each line is handed out. */
static void lines_in_turn(void **state)
{
	static const char text[] = A "  a\tb\n" B " *c\n" A "  a\n" "x\n";
	const char *next = text, *const end = text + strlen(text);
	struct sums_line line;
	char hex[DIGEST_HEX_BYTES];

	(void)state;
	assert_int_equal(sums_next(&next, end, &line), 1);
	assert_int_equal(line.name_length, 3);
	assert_memory_equal(line.name, "a\tb", 3);
	assert_int_equal(sums_next(&next, end, &line), 1);
	assert_string_equal(digest_write_hex(&line.digest, hex), B);
	assert_memory_equal(line.name - 1, "*c", 2);
	assert_int_equal(sums_next(&next, end, &line), 1);
	assert_int_equal(sums_next(&next, end, &line), -1);
	assert_string_equal(next, "x\n");
	next = end;
	assert_int_equal(sums_next(&next, end, &line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_name),
		cmocka_unit_test(name_is_whole),
		cmocka_unit_test(every_line_counts),
		cmocka_unit_test(name_stands_once),
		cmocka_unit_test(lines_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
