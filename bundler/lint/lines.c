/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a text into lines, and joins lines with marks of where they were. */
#include "lint/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void lines_init(struct lines *lines, const struct buffer *text)
{
	const char *bytes = text->length > 0 ? text->bytes : "";

	*lines = (struct lines){ bytes, bytes + text->length, 0 };
	if (text->length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		lines->next += 3;
}

bool lines_next(struct lines *lines, struct line *line)
{
	const char *newline;

	if (lines->next == lines->end)
		return false;
	newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
	if (!newline)
		newline = lines->end;
	*line = (struct line){ lines->next, (size_t)(newline - lines->next) };
	if (line->length > 0 && line->text[line->length - 1] == '\r')
		line->length--;
	lines->next = newline < lines->end ? newline + 1 : newline;
	lines->number++;
	return true;
}

size_t lines_indent(struct line line)
{
	size_t i = 0;

	while (i < line.length && (line.text[i] == ' ' || line.text[i] == '\t'))
		i++;
	return i;
}

void lines_add(struct lines_draft *draft, struct line part, size_t number)
{
	if (draft->count == draft->capacity) {
		draft->capacity = draft->capacity ? 2 * draft->capacity : 16;
		draft->marks = memory_resize(draft->marks, draft->capacity, sizeof *draft->marks);
	}
	draft->marks[draft->count++] = (struct lines_mark){ draft->text.length, number };
	if (buffer_add(&draft->text, part.text, part.length) < 0)
		abort();
}

struct lines_mark *lines_take(struct lines_draft *draft, struct pool *pool, size_t skip)
{
	struct lines_mark *marks = pool_new(pool, draft->count, sizeof *marks);

	for (size_t i = 0; i < draft->count; i++) {
		marks[i] = draft->marks[i];
		marks[i].offset -= marks[i].offset < skip ? marks[i].offset : skip;
	}
	buffer_free(&draft->text);
	free(draft->marks);
	return marks;
}

size_t lines_find(const struct lines_mark *marks, size_t count, size_t offset)
{
	size_t low = 0, high = count;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (marks[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return marks[low].number;
}
