/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe/sums.h"

#include <stdbool.h>
#include <string.h>

/* One line, not NUL-terminated: digits, two separators, the name. */
struct line {
	struct digest digest;
	const char *name;
	size_t name_length;
};

/* No name of a release has one; a carriage return would be that of a text with CRLF. */
static bool has_control(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	return false;
}

static int parse_line(struct line *line, const char *text, size_t length)
{
	char hex[DIGEST_HEX_BYTES];
	const size_t digits = sizeof hex - 1;

	if (length < digits + 3 || has_control(text, length))
		return -1;
	memcpy(hex, text, digits);
	hex[digits] = '\0';
	if (digest_parse_hex(&line->digest, hex) < 0 || text[digits] != ' '
	    || (text[digits + 1] != ' ' && text[digits + 1] != '*'))
		return -1;
	line->name = text + digits + 2;
	line->name_length = length - digits - 2;
	return 0;
}

int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name,
	      struct digest *digest, struct error *err)
{
	const char *text = sums->bytes, *end = text + sums->length;
	size_t wanted = strlen(name), number = 1, found = 0;

	for (; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct line line;

		if (!newline || parse_line(&line, text, (size_t)(newline - text)) < 0)
			return error_set(err, STATUS_CONFIG, "cannot use '%s': line %zu is not "
					 "'<SHA-256>  <name>'", name_of_sums, number);
		if (line.name_length == wanted && memcmp(line.name, name, wanted) == 0) {
			if (found++ > 0)
				return error_set(err, STATUS_CONFIG,
						 "cannot use '%s': '%s' stands twice",
						 name_of_sums, name);
			*digest = line.digest;
		}
		text = newline + 1;
	}
	return found > 0;
}
