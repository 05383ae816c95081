/* SPDX-License-Identifier: Apache-2.0 */
/* library_file.c and lines.c: paragraphs, fields, lists, and the lines they stand on. */
#include "unit.h"

#include "base/limits.h"
#include "lint/library_file.h"

static void parse(struct library_file *file, const char *text)
{
	struct buffer buffer;

	buffer_init(&buffer, LIMIT_LIBRARY_BYTES);
	assert_int_equal(buffer_add_string(&buffer, text), 0);
	library_file_parse(file, &buffer);
	buffer_free(&buffer);
}

static char *describe(const struct library_file *file)
{
	struct buffer out;

	buffer_init(&out, 4096);
	buffer_add_string(&out, "");
	for (size_t p = 0; p < file->count; p++) {
		buffer_format(&out, "%zu:", file->paragraphs[p].line);
		for (size_t i = 0; i < file->paragraphs[p].count; i++) {
			const struct library_field *field = &file->paragraphs[p].fields[i];

			buffer_format(&out, " %zu %s[%s]", field->line, field->name, field->value);
		}
		buffer_add_string(&out, "\n");
	}
	if (file->fault)
		buffer_format(&out, "%zu %s\n", file->fault_line, file->fault);
	return buffer_take(&out);
}

static void reads_paragraphs(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "\n# a\n\n", "" }, { "A: b", "1: 1 A[b]\n" },
		{ "\xef\xbb\xbf" "A:b \r\nC:\td\r\n", "1: 1 A[b] 2 C[d]\n" },
		{ "A: b,\n  c\n# d: e\n\tf\nG:\n\n \nH: i\n", "1: 1 A[b,\nc\nf] 5 G[]\n8: 8 H[i]\n" },
		{ "A: b: c\n", "1: 1 A[b: c]\n" },
		{ "A: b\nc\n", "1: 1 A[b]\n2 it is not 'Name: value'\n" },
		{ ": b\n", "1 it is not 'Name: value'\n" },
		{ "A b: c\n", "1 it is not 'Name: value'\n" },
		{ " A: b\n", "1 it continues no field\n" },
		{ "A: b\n\n c\n", "1: 1 A[b]\n3 it continues no field\n" },
		{ "A: b\nA: c\n", "1: 1 A[b]\n2 this field occurs twice in its paragraph\n" },
		{ "A: b\n\nA: c\n", "1: 1 A[b]\n3: 3 A[c]\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct library_file file;
		char *text;

		parse(&file, rows[i][0]);
		text = describe(&file);
		assert_string_equal(text, rows[i][1]);
		free(text);
		library_file_free(&file);
	}
}

static void reads_items(void **state)
{
	static const struct { const char *text; size_t line; } rows[] = {
		{ "a", 1 }, { "b c", 1 }, { "d", 3 }, { "e\nf", 4 }, { "g", 5 },
	};
	struct library_item *items;
	struct library_file file;

	(void)state;
	parse(&file, "A: a ,b c,,\n#\n ,d\n , e\n f, g ,");
	assert_int_equal(library_file_items(&file, library_file_find(&file.paragraphs[0], "A"),
					    &items), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(items[i].text, rows[i].text);
		assert_int_equal(items[i].line, rows[i].line);
	}
	assert_null(library_file_find(&file.paragraphs[0], "a"));
	library_file_free(&file);
	parse(&file, "A:\nB: ,\n");
	assert_int_equal(library_file_items(&file, library_file_find(&file.paragraphs[0], "A"),
					    &items), 0);
	assert_int_equal(library_file_items(&file, library_file_find(&file.paragraphs[0], "B"),
					    &items), 0);
	library_file_free(&file);
}

static void has_limits(void **state)
{
	struct buffer text;
	struct library_file file;

	(void)state;
	buffer_init(&text, LIMIT_LIBRARY_BYTES);
	for (size_t i = 0; i <= LIMIT_LIBRARY_FIELDS; i++)
		buffer_format(&text, "A%zu: b\n", i);
	library_file_parse(&file, &text);
	assert_string_equal(file.fault, "its paragraph has too many fields");
	library_file_free(&file);
	text.bytes[2] = '\0';
	library_file_parse(&file, &text);
	assert_string_equal(file.fault, "it has a NUL byte");
	library_file_free(&file);
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_paragraphs),
		cmocka_unit_test(reads_items),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
