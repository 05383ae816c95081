/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_LIBRARY_FILE_H
#define BUNDLER_LINT_LIBRARY_FILE_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/pool.h"
#include "lint/lines.h"

/*
 * Paragraphs of "Name: value" lines, in the form of RFC 2822 as Docker Official Images write their
 * library files (bashbrew, "manifest"): blank lines separate paragraphs, a line that begins with a
 * blank continues the value, one that begins with "#" is a comment. From outside.
 */

struct library_field {
	const char *name;
	const char *value;	/* its lines trimmed, with newlines between them */
	size_t line;
	struct lines_mark *marks;
	size_t mark_count;
};

struct library_paragraph {
	struct library_field *fields;
	size_t count;
	size_t line;		/* of the first field */
};

struct library_file {
	struct library_paragraph *paragraphs;
	size_t count;
	const char *fault;	/* why reading ended before the end, or NULL */
	size_t fault_line;
	struct pool pool;
};

/* A text of at most LIMIT_LIBRARY_BYTES. library_file_free afterwards, also with a fault. */
void library_file_parse(struct library_file *file, const struct buffer *text);
void library_file_free(struct library_file *file);

/* The field of this name, or NULL. */
const struct library_field *library_file_find(const struct library_paragraph *paragraph,
					      const char *name);

/* One of the parts of a value that are separated by commas, without blanks at its ends. */
struct library_item {
	const char *text;
	size_t line;
};

/* All parts but empty ones; in the file's pool. */
size_t library_file_items(struct library_file *file, const struct library_field *field,
			  struct library_item **items);

#endif
