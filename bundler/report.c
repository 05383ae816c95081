#include "report.h"

void report_text(FILE *stream, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			fputc(c, stream);
		else
			fprintf(stream, "\\x%02x", c);
	}
}

void report_line(const char *label, const char *text, const char *tail)
{
	flockfile(stderr);
	fputs(label, stderr);
	report_text(stderr, text);
	fputs(tail, stderr);
	fputc('\n', stderr);
	funlockfile(stderr);
}
