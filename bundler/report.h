#ifndef BUNDLER_REPORT_H
#define BUNDLER_REPORT_H

/*
 * Prints a line on standard error: label, then text with everything but visible ASCII and blanks
 * as \xHH, because untrusted bytes may stand in it, then tail as it is.
 */
void report_line(const char *label, const char *text, const char *tail);

#endif
