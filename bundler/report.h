#ifndef BUNDLER_REPORT_H
#define BUNDLER_REPORT_H

#include <stdio.h>

#include "buffer.h"

/* Adds text with everything but visible ASCII and blanks as \xHH, as far as there is room. */
void report_escape(struct buffer *line, const char *text);

/*
 * Prints text with everything but visible ASCII and blanks as \xHH: untrusted bytes may stand in
 * it.
 */
void report_text(FILE *stream, const char *text);

/* Prints a line on standard error: label, then text as report_text does, then tail as it is. */
void report_line(const char *label, const char *text, const char *tail);

#endif
