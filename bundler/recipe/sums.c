/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of SHA256SUMS, and of the records of what was generated. */
#include "recipe/sums.h"

#include <stdbool.h>
#include <string.h>

int sums_next(const char **text, const char *end, struct sums_line *line)
{
	const char *start = *text, *newline;
	char hex[DIGEST_HEX_BYTES];
	const size_t digits = sizeof hex - 1;

	if (start == end)
		return 0;
	newline = memchr(start, '\n', (size_t)(end - start));
	if (!newline || (size_t)(newline - start) < digits + 3
	    || memchr(start, '\0', (size_t)(newline - start)))
		return -1;
	memcpy(hex, start, digits);
	hex[digits] = '\0';
	if (digest_parse_hex(&line->digest, hex) < 0 || start[digits] != ' '
	    || (start[digits + 1] != ' ' && start[digits + 1] != '*'))
		return -1;
	line->name = start + digits + 2;
	line->name_length = (size_t)(newline - line->name);
	*text = newline + 1;
	return 1;
}

/* Names in a release have no control characters; a carriage return is part of CRLF. */
static bool has_control(const struct sums_line *line)
{
	for (size_t i = 0; i < line->name_length; i++)
		if ((unsigned char)line->name[i] < 0x20 || line->name[i] == 0x7f)
			return true;
	return false;
}

int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name,
	      struct digest *digest, struct error *err)
{
	const char *text = sums->bytes, *end = text + sums->length;
	size_t number = 1;
	struct sums_line line;
	int found = 0, more;

	for (; (more = sums_next(&text, end, &line)) > 0 && !has_control(&line); number++) {
		if (line.name_length != strlen(name)
		    || memcmp(line.name, name, line.name_length) != 0)
			continue;
		if (found > 0)
			return error_set(err, STATUS_CONFIG, "cannot use '%s': '%s' is listed "
					 "twice", name_of_sums, name);
		found = 1;
		*digest = line.digest;
	}
	return more == 0 ? found
			 : error_set(err, STATUS_CONFIG, "cannot use '%s': line %zu is not "
				     "'<SHA-256>  <name>'", name_of_sums, number);
}
