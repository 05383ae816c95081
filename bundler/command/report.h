/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_REPORT_H
#define BUNDLER_COMMAND_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"

/*
 * Prints text with everything but visible ASCII and blanks as \xHH: untrusted bytes may stand in
 * it.
 */
void report_text(FILE *stream, const char *text);

/* Prints a line on standard error: label, then text as report_text does, then tail as it is. */
void report_line(const char *label, const char *text, const char *tail);

/* Text as a JSON string, escaped as by report_text; or only when it is not UTF-8, which JSON is. */
json_t *report_json_escaped(const char *text);
json_t *report_json(const char *text);

/* Prints a JSON document with a newline at its end, and frees it. */
void report_document(json_t *document);

/* Sees to it that what was printed is where standard output leads. STATUS_FILE. */
int report_flush(struct error *err);

#endif
