/* SPDX-License-Identifier: Apache-2.0 */
/* Escaped text and JSON on standard output and standard error. */
#include "command/report.h"

#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "command/environment.h"

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

/* The sequence that begins a colour (ECMA-48, SGR), or NULL without one. */
static const char *colour_of(FILE *stream, enum report_colour colour)
{
	static const char *const sequences[] = {
		[REPORT_RED] = "\033[31m", [REPORT_YELLOW] = "\033[33m",
		[REPORT_GREEN] = "\033[32m",
	};
	const char *term = environment_get("TERM");

	if (environment_get("NO_COLOR") || !term || strcmp(term, "dumb") == 0
	    || isatty(fileno(stream)) != 1)
		return NULL;
	return sequences[colour];
}

void report_word(FILE *stream, enum report_colour colour, const char *word)
{
	const char *sequence = colour_of(stream, colour);

	fprintf(stream, "%s%s%s", sequence ? sequence : "", word, sequence ? "\033[0m" : "");
}

/* In one piece: stderr has no buffer, and others may write to the same terminal or log. */
static void print_line(enum report_colour colour, const char *label, const char *text,
		       const char *tail)
{
	const char *sequence = colour_of(stderr, colour);
	struct buffer line;

	buffer_init(&line, LIMIT_REPORT_BYTES);
	buffer_format(&line, "%s%s%s", sequence ? sequence : "", label, sequence ? "\033[0m" : "");
	add_escaped(&line, text);
	buffer_format(&line, "%s\n", tail);
	fwrite(line.bytes, 1, line.length, stderr);
	buffer_free(&line);
}

void report_line(const char *label, const char *text, const char *tail)
{
	print_line(REPORT_PLAIN, label, text, tail);
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

json_t *report_json_digest(const struct digest *digest)
{
	char text[DIGEST_TEXT_BYTES];

	return json_string(digest_write(digest, text));
}

void report_document(FILE *stream, json_t *document)
{
	json_dumpf(document, stream, JSON_INDENT(2));
	fputc('\n', stream);
	json_decref(document);
}

/* ---- what is said beside results ---- */

static enum report_level chosen = REPORT_NORMAL;

void report_choose_level(enum report_level level)
{
	chosen = level;
}

enum report_level report_level(void)
{
	return chosen;
}

void report_note(const char *text, const char *tail)
{
	if (chosen != REPORT_QUIET)
		print_line(REPORT_YELLOW, "note: ", text, tail);
}

/* ---- where results go ---- */

static bool yielded;

void report_yield_output(bool yield)
{
	yielded = yield;
}

FILE *report_stream(void)
{
	return yielded ? stderr : stdout;
}

/* ---- failures ---- */

/* The line, and a caret below its place. */
static void print_excerpt(const struct error *err)
{
	struct buffer line;
	char before[sizeof err->excerpt];

	report_line("    ", err->excerpt, "");
	snprintf(before, sizeof before, "%.*s", (int)err->caret, err->excerpt);
	buffer_init(&line, LIMIT_REPORT_BYTES);
	add_escaped(&line, before);
	fprintf(stderr, "    %*s^\n", (int)line.length, "");
	buffer_free(&line);
}

void report_error(const struct error *err)
{
	print_line(REPORT_RED, "bundler: ", err->message, "");
	if (err->excerpt[0] != '\0')
		print_excerpt(err);
	if (err->hint[0] != '\0')
		report_line("hint: ", err->hint, "");
}

json_t *report_error_describe(const struct error *err)
{
	static const char *const reasons[] = {
		[STATUS_USAGE] = "usage", [STATUS_CONFIG] = "configuration",
		[STATUS_NETWORK] = "network", [STATUS_TLS] = "tls", [STATUS_HTTP] = "http",
		[STATUS_DIGEST] = "digest", [STATUS_ARCHIVE] = "archive", [STATUS_FILE] = "file",
		[STATUS_LIMIT] = "limit", [STATUS_REGISTRY] = "registry",
		[STATUS_INTERRUPTED] = "interrupted",
	};
	json_t *error = json_pack("{s:i, s:s, s:o}", "status", (int)err->status, "reason",
				  reasons[err->status], "message", report_json(err->message));

	if (err->hint[0] != '\0')
		json_object_set_new(error, "hint", report_json(err->hint));
	return json_pack("{s:o}", "error", error);
}

void report_error_json(const struct error *err)
{
	json_t *error;

	if (yielded)
		return;
	/* In a line of its own: it may follow events, which have one each. */
	error = report_error_describe(err);
	json_dumpf(error, stdout, 0);
	putchar('\n');
	fflush(stdout);
	json_decref(error);
}

int report_flush(struct error *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_errno(err, STATUS_FILE, "cannot write 'standard output'");
	return 0;
}
