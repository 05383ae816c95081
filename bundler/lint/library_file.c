/* SPDX-License-Identifier: Apache-2.0 */
/* Splits library files into paragraphs, fields and items. */
#include "lint/library_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* The file, and the field that is being read. */
struct parser {
	struct library_file *file;
	struct lines_draft draft;
	char *name;		/* of the field, or NULL between fields */
	size_t line;
	bool paragraph;		/* one has begun */
};

/* Makes room for one more in an array whose size doubles. */
static void *extend(void *items, size_t count, size_t size)
{
	const bool full = (count & (count - 1)) == 0;

	return full ? memory_resize(items, count ? 2 * count : 1, size) : items;
}

static struct line trim(struct line line)
{
	const size_t indent = lines_indent(line);

	line = (struct line){ line.text + indent, line.length - indent };
	while (line.length > 0 && strchr(" \t", line.text[line.length - 1]))
		line.length--;
	return line;
}

static void end_field(struct parser *parser)
{
	struct library_file *file = parser->file;
	struct library_paragraph *paragraph;
	struct library_field field = {
		.name = parser->name, .line = parser->line, .mark_count = parser->draft.count,
	};

	if (!parser->name)
		return;
	field.value = pool_copy(&file->pool, parser->draft.text.bytes, parser->draft.text.length);
	field.marks = lines_take(&parser->draft, &file->pool, 0);
	parser->draft = (struct lines_draft){ .marks = NULL };
	buffer_init(&parser->draft.text, LIMIT_LIBRARY_BYTES);
	parser->name = NULL;
	paragraph = &file->paragraphs[file->count - 1];
	paragraph->fields = extend(paragraph->fields, paragraph->count, sizeof field);
	paragraph->fields[paragraph->count++] = field;
}

static const char *begin_field(struct parser *parser, struct line line, size_t number)
{
	const char *colon = memchr(line.text, ':', line.length);
	const size_t length = colon ? (size_t)(colon - line.text) : 0;
	struct library_file *file = parser->file;
	struct library_paragraph *paragraph;

	if (length == 0 || memchr(line.text, ' ', length) || memchr(line.text, '\t', length))
		return "it is not 'Name: value'";
	if (!parser->paragraph) {
		file->paragraphs = extend(file->paragraphs, file->count, sizeof *file->paragraphs);
		file->paragraphs[file->count++] = (struct library_paragraph){ .line = number };
		parser->paragraph = true;
	}
	paragraph = &file->paragraphs[file->count - 1];
	if (paragraph->count == LIMIT_LIBRARY_FIELDS)
		return "its paragraph has too many fields";
	parser->name = pool_copy(&file->pool, line.text, length);
	parser->line = number;
	if (library_file_find(paragraph, parser->name))
		return "this field occurs twice in its paragraph";
	lines_add(&parser->draft,
		  trim((struct line){ colon + 1, line.length - length - 1 }), number);
	return NULL;
}

static const char *take(struct parser *parser, struct line line, size_t number)
{
	const size_t indent = lines_indent(line);

	if (indent < line.length && line.text[indent] == '#')
		return NULL;
	if (indent > 0 && indent < line.length) {
		if (!parser->name)
			return "it continues no field";
		lines_add(&parser->draft, (struct line){ "\n", 1 }, number);
		lines_add(&parser->draft, trim(line), number);
		return NULL;
	}
	end_field(parser);
	if (indent < line.length)
		return begin_field(parser, line, number);
	parser->paragraph = false;
	return NULL;
}

void library_file_parse(struct library_file *file, const struct buffer *text)
{
	struct parser parser = { .file = file };
	struct lines lines;
	struct line line;

	*file = (struct library_file){ .fault_line = 1 };
	buffer_init(&parser.draft.text, LIMIT_LIBRARY_BYTES);
	lines_init(&lines, text);
	if (memchr(lines.next, '\0', (size_t)(lines.end - lines.next)))
		file->fault = "it has a NUL byte";
	while (!file->fault && lines_next(&lines, &line)) {
		file->fault = take(&parser, line, lines.number);
		file->fault_line = lines.number;
	}
	if (!file->fault)
		end_field(&parser);
	buffer_free(&parser.draft.text);
	free(parser.draft.marks);
}

void library_file_free(struct library_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->paragraphs[i].fields);
	free(file->paragraphs);
	pool_free(&file->pool);
	*file = (struct library_file){ .paragraphs = NULL };
}

const struct library_field *library_file_find(const struct library_paragraph *paragraph,
					      const char *name)
{
	for (size_t i = 0; i < paragraph->count; i++)
		if (strcmp(paragraph->fields[i].name, name) == 0)
			return &paragraph->fields[i];
	return NULL;
}

size_t library_file_items(struct library_file *file, const struct library_field *field,
			  struct library_item **items)
{
	const char *at = field->value;
	size_t count = 0, room = 1;

	for (const char *comma = at; (comma = strchr(comma, ',')); comma++)
		room++;
	*items = pool_new(&file->pool, room, sizeof **items);
	for (;; at++) {
		size_t length;

		at += strspn(at, " \t\n");
		length = strcspn(at, ",");
		while (length > 0 && strchr(" \t\n", at[length - 1]))
			length--;
		if (length > 0)
			(*items)[count++] = (struct library_item){
				pool_copy(&file->pool, at, length),
				lines_find(field->marks, field->mark_count,
					   (size_t)(at - field->value)),
			};
		at += strcspn(at, ",");
		if (!*at)
			return count;
	}
}
