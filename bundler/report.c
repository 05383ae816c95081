#include "report.h"

#include <stdio.h>

void report_line(const char *label, const char *text, const char *tail)
{
	flockfile(stderr);
	fputs(label, stderr);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			fputc(c, stderr);
		else
			fprintf(stderr, "\\x%02x", c);
	}
	fputs(tail, stderr);
	fputc('\n', stderr);
	funlockfile(stderr);
}
