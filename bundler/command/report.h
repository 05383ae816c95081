/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_REPORT_H
#define BUNDLER_COMMAND_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/error.h"

/*
 * Prints text, which may have untrusted bytes, with everything but visible ASCII and blanks as
 * \xHH.
 */
void report_text(FILE *stream, const char *text);

enum report_colour { REPORT_PLAIN, REPORT_RED, REPORT_YELLOW, REPORT_GREEN };

/*
 * Prints a word of bundler's own, in colour where stream is a terminal that has escape sequences
 * and NO_COLOR (https://no-color.org) is unset or empty.
 */
void report_word(FILE *stream, enum report_colour colour, const char *word);

/* Prints a line on standard error: label, then text as report_text does, then tail as it is. */
void report_line(const char *label, const char *text, const char *tail);

/* A JSON string of text: escaped as by report_text, or only when text is not UTF-8. */
json_t *report_json_escaped(const char *text);
json_t *report_json(const char *text);

/* A JSON string of a digest, as OCI writes it: the only form that reports have. */
json_t *report_json_digest(const struct digest *digest);

/* Prints a JSON document with a newline at its end, and frees it. */
void report_document(FILE *stream, json_t *document);

/* What --quiet and --verbose choose. */
enum report_level { REPORT_QUIET, REPORT_NORMAL, REPORT_VERBOSE };

void report_choose_level(enum report_level level);
enum report_level report_level(void);

/* Prints a line "note: ..." as report_line does, unless --quiet was given. */
void report_note(const char *text, const char *tail);

/* Whether standard output is for an image from here on, and results go to standard error. */
void report_yield_output(bool yield);

/* The stream for results. */
FILE *report_stream(void);

/* Prints why the program fails, on standard error. */
void report_error(const struct error *err);

/* The object of a failure: {"error": {"status", "reason", "message", "hint"}}. */
json_t *report_error_describe(const struct error *err);

/*
 * Prints this object as the result of --json, unless standard output is for an image. reason is a
 * word for the status.
 */
void report_error_json(const struct error *err);

/* Flushes standard output, and checks that all of it was written. STATUS_FILE. */
int report_flush(struct error *err);

#endif
