/* A library file: fields and the items of their lists stand in it, on the lines that are told. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lint/library_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_field(struct imf *imf, const struct imf_paragraph *paragraph,
			const struct imf_field *field)
{
	struct imf_item *items;
	const size_t count = imf_items(imf, field, &items);
	size_t before = field->line;

	if (imf_find(paragraph, field->name) != field || field->line < paragraph->line)
		abort();
	for (size_t i = 0; i < count; i++) {
		if (!strstr(field->value, items[i].text) || items[i].line < before
		    || items[i].text[strcspn(items[i].text, ",")] != '\0')
			abort();
		before = items[i].line;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text;
	struct imf imf;

	buffer_init(&text, LIMIT_LIBRARY_BYTES);
	if (buffer_add(&text, data, size) == 0) {
		imf_parse(&imf, &text);
		for (size_t p = 0; p < imf.count; p++)
			for (size_t i = 0; i < imf.paragraphs[p].count; i++)
				check_field(&imf, &imf.paragraphs[p], &imf.paragraphs[p].fields[i]);
		imf_free(&imf);
	}
	buffer_free(&text);
	return 0;
}
