/* SPDX-License-Identifier: Apache-2.0 */
/* A library file: fields and the items of their lists stand in it, on the lines that are told. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lint/library_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_field(struct library_file *file, const struct library_paragraph *paragraph,
			const struct library_field *field)
{
	struct library_item *items;
	const size_t count = library_file_items(file, field, &items);
	size_t before = field->line;

	if (library_file_find(paragraph, field->name) != field || field->line < paragraph->line)
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
	struct library_file file;

	buffer_init(&text, LIMIT_LIBRARY_BYTES);
	if (buffer_add(&text, data, size) == 0) {
		library_file_parse(&file, &text);
		for (size_t p = 0; p < file.count; p++)
			for (size_t i = 0; i < file.paragraphs[p].count; i++)
				check_field(&file, &file.paragraphs[p],
					    &file.paragraphs[p].fields[i]);
		library_file_free(&file);
	}
	buffer_free(&text);
	return 0;
}
