/* SPDX-License-Identifier: Apache-2.0 */
/* Escaped text and JSON on standard output and standard error. */
#include "command/report.h"

#include "base/buffer.h"
#include "base/limits.h"

/* As far as there is room. */
static void add_escaped(struct buffer *line, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		buffer_format(line, c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
	}
}

void report_text(FILE *stream, const char *text)
{
	struct buffer line;

	buffer_init(&line, LIMIT_REPORT_BYTES);
	add_escaped(&line, text);
	if (line.length > 0)
		fwrite(line.bytes, 1, line.length, stream);
	buffer_free(&line);
}

/* In one piece: stderr has no buffer, and others may write to the same terminal or log. */
void report_line(const char *label, const char *text, const char *tail)
{
	struct buffer line;

	buffer_init(&line, LIMIT_REPORT_BYTES);
	buffer_add_string(&line, label);
	add_escaped(&line, text);
	buffer_format(&line, "%s\n", tail);
	fwrite(line.bytes, 1, line.length, stderr);
	buffer_free(&line);
}

json_t *report_json_escaped(const char *text)
{
	struct buffer line;
	json_t *string;

	buffer_init(&line, LIMIT_REPORT_BYTES);
	add_escaped(&line, text);
	string = json_string(line.length > 0 ? line.bytes : "");
	buffer_free(&line);
	return string;
}

json_t *report_json(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : report_json_escaped(text);
}

void report_document(FILE *stream, json_t *document)
{
	json_dumpf(document, stream, JSON_INDENT(2));
	fputc('\n', stream);
	json_decref(document);
}

int report_flush(struct error *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_errno(err, STATUS_FILE, "cannot write 'standard output'");
	return 0;
}
