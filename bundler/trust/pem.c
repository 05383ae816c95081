/* SPDX-License-Identifier: Apache-2.0 */
/* Reads PEM objects and notices each that is cut off. */
#include "trust/pem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <bearssl_pem.h>

#include "base/memory.h"

#define LABEL "CERTIFICATE"

struct line {
	const char *text;
	size_t length;		/* without the newline and white space before it */
	unsigned number;
};

/* What a line is: no boundary, one of the two boundaries, or a boundary that is not exact. */
enum kind { TEXT, BEGIN, END, BROKEN };

void pem_init(struct pem_reader *reader, const char *name, const char *text, size_t length)
{
	*reader = (struct pem_reader){ name, text, text + length, 1 };
}


static bool next_line(struct pem_reader *reader, struct line *line)
{
	size_t left = (size_t)(reader->end - reader->next);
	const char *newline = left ? memchr(reader->next, '\n', left) : NULL;

	if (left == 0)
		return false;
	line->text = reader->next;
	line->length = newline ? (size_t)(newline - reader->next) : left;
	line->number = reader->line++;
	reader->next += line->length + (newline ? 1 : 0);
	while (line->length > 0 && memchr(" \t\r", line->text[line->length - 1], 3))
		line->length--;
	return true;
}

/* Whether the line has word ("BEGIN" or "END", in any case) after five dashes, anywhere. */
static bool mentions(const struct line *line, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + 5 + length <= line->length; i++)
		if (memcmp(line->text + i, "-----", 5) == 0 &&
		    strncasecmp(line->text + i + 5, word, length) == 0)
			return true;
	return false;
}

static bool line_is(const struct line *line, const char *text)
{
	return line->length == strlen(text) && memcmp(line->text, text, line->length) == 0;
}

static enum kind line_kind(const struct line *line)
{
	if (line_is(line, "-----BEGIN " LABEL "-----"))
		return BEGIN;
	if (line_is(line, "-----END " LABEL "-----"))
		return END;
	return mentions(line, "BEGIN") || mentions(line, "END") ? BROKEN : TEXT;
}

static int refuse(const struct pem_reader *reader, unsigned line, const char *reason,
		  struct error *err)
{
	return error_set(err, STATUS_TLS, "cannot read '%s': line %u: %s", reader->name, line,
			 reason);
}

/* Skips to the next opening boundary: 1, 0 at the end of the text, -1. */
static int find_begin(struct pem_reader *reader, struct line *begin, struct error *err)
{
	while (next_line(reader, begin)) {
		switch (line_kind(begin)) {
		case TEXT:
			continue;
		case BEGIN:
			return 1;
		case END:
			return refuse(reader, begin->number,
				      "end of a certificate without a beginning", err);
		case BROKEN:
			return refuse(reader, begin->number,
				      "boundary of something other than a certificate", err);
		}
	}
	return 0;
}

/* Skips to the boundary that closes the certificate opened in begin, and past it. */
static int find_end(struct pem_reader *reader, const struct line *begin, struct error *err)
{
	struct line line;

	while (next_line(reader, &line)) {
		switch (line_kind(&line)) {
		case TEXT:
			continue;
		case END:
			return 0;
		case BEGIN:
		case BROKEN:
			return refuse(reader, line.number, "boundary within a certificate", err);
		}
	}
	return refuse(reader, begin->number, "certificate is truncated", err);
}

/* One object on its way through BearSSL's decoder. */
struct decoding {
	br_pem_decoder_context decoder;
	struct buffer *der;
	bool full;		/* der has reached its maximum */
	bool ended, failed;	/* reported by the decoder */
};

static void receive(void *context, const void *bytes, size_t length)
{
	struct decoding *decoding = context;

	if (buffer_add(decoding->der, bytes, length) < 0)
		decoding->full = true;
}

static void push(struct decoding *decoding, const char *text, size_t length)
{
	while (length > 0) {
		size_t used = br_pem_decoder_push(&decoding->decoder, text, length);
		int event = br_pem_decoder_event(&decoding->decoder);

		text += used;
		length -= used;
		decoding->ended |= event == BR_PEM_END_OBJ;
		decoding->failed |= event == BR_PEM_ERROR;
	}
}


int pem_next(struct pem_reader *reader, struct buffer *der, struct error *err)
{
	struct decoding decoding = { .der = der };
	struct line begin;
	int found = find_begin(reader, &begin, err);

	if (found <= 0)
		return found;
	if (find_end(reader, &begin, err) < 0)
		return -1;
	buffer_free(der);
	br_pem_decoder_init(&decoding.decoder);
	br_pem_decoder_setdest(&decoding.decoder, receive, &decoding);
	push(&decoding, begin.text, (size_t)(reader->next - begin.text));
	/* The decoder sees the end only after a newline; the last line may have none. */
	push(&decoding, "\n", 1);
	if (decoding.full)
		return error_set(err, STATUS_LIMIT, "cannot read '%s': line %u: certificate is "
				 "larger than %zu bytes", reader->name, begin.number, der->maximum);
	if (!decoding.ended || decoding.failed || der->length == 0)
		return refuse(reader, begin.number, "certificate is not in base64 (RFC 7468)", err);
	return 1;
}

int pem_write(struct buffer *text, const void *der, size_t length)
{
	size_t size = br_pem_encode(NULL, der, length, LABEL, BR_PEM_LINE64);
	char *object = memory_new(size + 1, 1);
	int result;

	br_pem_encode(object, der, length, LABEL, BR_PEM_LINE64);
	result = buffer_add(text, object, size);
	free(object);
	return result;
}
