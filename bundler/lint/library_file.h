#ifndef BUNDLER_IMF_H
#define BUNDLER_IMF_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/pool.h"
#include "lint/lines.h"

/*
 * Paragraphs of "Name: value" lines, in the form of RFC 2822 as Docker Official Images write their
 * library files (bashbrew, "manifest"): blank lines between paragraphs, lines that begin with a
 * blank go on with a value, lines that begin with "#" are comments. From outside.
 */

struct imf_field {
	const char *name;
	const char *value;	/* its lines trimmed, with newlines between them */
	size_t line;
	struct lines_mark *marks;
	size_t mark_count;
};

struct imf_paragraph {
	struct imf_field *fields;
	size_t count;
	size_t line;		/* of the first field */
};

struct imf {
	struct imf_paragraph *paragraphs;
	size_t count;
	const char *fault;	/* why reading ended before the end, or NULL */
	size_t fault_line;
	struct pool pool;
};

/* A text of at most LIMIT_LIBRARY_BYTES. imf_free afterwards, also with a fault. */
void imf_parse(struct imf *imf, const struct buffer *text);
void imf_free(struct imf *imf);

/* The field of this name, or NULL. */
const struct imf_field *imf_find(const struct imf_paragraph *paragraph, const char *name);

/* One of the parts of a value that are separated by commas, without blanks at its ends. */
struct imf_item {
	const char *text;
	size_t line;
};

/* All parts but empty ones; in the imf's pool. */
size_t imf_items(struct imf *imf, const struct imf_field *field, struct imf_item **items);

#endif
