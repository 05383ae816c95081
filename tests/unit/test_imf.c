/* library_file.c and lines.c: paragraphs, fields, lists, and the lines they stand on. */
#include "unit.h"

#include "base/limits.h"
#include "lint/library_file.h"

static void parse(struct imf *imf, const char *text)
{
	struct buffer buffer;

	buffer_init(&buffer, LIMIT_LIBRARY_BYTES);
	assert_int_equal(buffer_add_string(&buffer, text), 0);
	imf_parse(imf, &buffer);
	buffer_free(&buffer);
}

static char *describe(const struct imf *imf)
{
	struct buffer out;

	buffer_init(&out, 4096);
	buffer_add_string(&out, "");
	for (size_t p = 0; p < imf->count; p++) {
		buffer_format(&out, "%zu:", imf->paragraphs[p].line);
		for (size_t i = 0; i < imf->paragraphs[p].count; i++) {
			const struct imf_field *field = &imf->paragraphs[p].fields[i];

			buffer_format(&out, " %zu %s[%s]", field->line, field->name, field->value);
		}
		buffer_add_string(&out, "\n");
	}
	if (imf->fault)
		buffer_format(&out, "%zu %s\n", imf->fault_line, imf->fault);
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
		{ " A: b\n", "1 it goes on with no field\n" },
		{ "A: b\n\n c\n", "1: 1 A[b]\n3 it goes on with no field\n" },
		{ "A: b\nA: c\n", "1: 1 A[b]\n2 this field stands twice in its paragraph\n" },
		{ "A: b\n\nA: c\n", "1: 1 A[b]\n3: 3 A[c]\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct imf imf;
		char *text;

		parse(&imf, rows[i][0]);
		text = describe(&imf);
		assert_string_equal(text, rows[i][1]);
		free(text);
		imf_free(&imf);
	}
}

static void reads_items(void **state)
{
	static const struct { const char *text; size_t line; } rows[] = {
		{ "a", 1 }, { "b c", 1 }, { "d", 3 }, { "e\nf", 4 }, { "g", 5 },
	};
	struct imf_item *items;
	struct imf imf;

	(void)state;
	parse(&imf, "A: a ,b c,,\n#\n ,d\n , e\n f, g ,");
	assert_int_equal(imf_items(&imf, imf_find(&imf.paragraphs[0], "A"), &items), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(items[i].text, rows[i].text);
		assert_int_equal(items[i].line, rows[i].line);
	}
	assert_null(imf_find(&imf.paragraphs[0], "a"));
	imf_free(&imf);
	parse(&imf, "A:\nB: ,\n");
	assert_int_equal(imf_items(&imf, imf_find(&imf.paragraphs[0], "A"), &items), 0);
	assert_int_equal(imf_items(&imf, imf_find(&imf.paragraphs[0], "B"), &items), 0);
	imf_free(&imf);
}

static void has_limits(void **state)
{
	struct buffer text;
	struct imf imf;

	(void)state;
	buffer_init(&text, LIMIT_LIBRARY_BYTES);
	for (size_t i = 0; i <= LIMIT_LIBRARY_FIELDS; i++)
		buffer_format(&text, "A%zu: b\n", i);
	imf_parse(&imf, &text);
	assert_string_equal(imf.fault, "its paragraph has too many fields");
	imf_free(&imf);
	text.bytes[2] = '\0';
	imf_parse(&imf, &text);
	assert_string_equal(imf.fault, "it has a NUL byte");
	imf_free(&imf);
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
