/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_LINES_H
#define BUNDLER_LINT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/pool.h"

/* Lines of a text, and texts that are joined of lines and keep their numbers. */

struct lines {
	const char *next, *end;
	size_t number;		/* of the line that was read last, from 1 */
};

/* Not NUL-terminated, without line end. */
struct line {
	const char *text;
	size_t length;
};

/* Begins with a text, after its byte order mark; the text must outlive lines. */
void lines_init(struct lines *lines, const struct buffer *text);

/* Reads one, which ends with LF or CR LF; false after the last. */
bool lines_next(struct lines *lines, struct line *line);

/* How many blanks and tabs a line begins with. */
size_t lines_indent(struct line line);

/* From this offset on, a text is from this line. */
struct lines_mark {
	size_t offset, number;
};

/* A text that is being joined; a zeroed one with text initialized is empty and ready. */
struct lines_draft {
	struct buffer text;
	struct lines_mark *marks;
	size_t count, capacity;
};

/* Adds a part of a line; aborts beyond the maximum of text, which the caller has chosen. */
void lines_add(struct lines_draft *draft, struct line part, size_t number);

/* Copies the marks into pool, for a text from offset skip on, and frees the draft. */
struct lines_mark *lines_take(struct lines_draft *draft, struct pool *pool, size_t skip);

/* The line of an offset, by count marks in order, of which the first is for offset 0. */
size_t lines_find(const struct lines_mark *marks, size_t count, size_t offset);

#endif
