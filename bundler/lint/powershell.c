/* SPDX-License-Identifier: Apache-2.0 */
/* Finds assignments in PowerShell. */
#include "lint/powershell.h"

#include <ctype.h>
#include <string.h>

/* The length of a variable's name; "env:NAME" is one, too. */
static size_t name_length(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) || text[length] == '_' || text[length] == ':')
		length++;
	return length;
}

/* An assignment at a dollar sign; *end is where it ends. */
static bool read_assignment(struct powershell_assignment *assignment, struct pool *pool,
			    const char *text, size_t at, size_t *end)
{
	const size_t name = at + 1, length = name_length(text + name);
	size_t value = name + length;
	const char *quote;

	value += strspn(text + value, " \t");
	if (length == 0 || text[value] != '=')
		return false;
	value++;
	value += strspn(text + value, " \t");
	if (text[value] != '\'' && text[value] != '"')
		return false;
	quote = strchr(text + value + 1, text[value]);
	if (!quote)
		return false;
	assignment->name = pool_copy(pool, text + name, length);
	assignment->value = pool_copy(pool, text + value + 1, (size_t)(quote - text) - value - 1);
	assignment->offset = at;
	*end = (size_t)(quote + 1 - text);
	return true;
}

bool powershell_next(struct powershell_assignment *assignment, struct pool *pool, const char *text,
		     size_t *offset)
{
	const char *dollar = text + *offset;

	while ((dollar = strchr(dollar, '$'))) {
		if (read_assignment(assignment, pool, text, (size_t)(dollar - text), offset))
			return true;
		dollar++;
	}
	return false;
}
