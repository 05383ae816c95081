/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of variables, and their expansion in a text. */
#include "lint/variables.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"

void variables_set(struct variables *variables, struct pool *pool, const char *name,
		   const char *value)
{
	struct variable *variable;

	if (variables->count == LIMIT_VARIABLES)
		return;
	variables->count++;
	variable = pool_new(pool, 1, sizeof *variable);
	*variable = (struct variable){ variables->newest, name, value };
	variables->newest = variable;
}

const char *variables_find(const struct variables *variables, const char *name)
{
	for (const struct variable *v = variables->newest; v; v = v->before)
		if (strcmp(v->name, name) == 0)
			return v->value;
	return NULL;
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	if (isdigit((unsigned char)*text))
		return 0;
	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

const char *variables_name(struct pool *pool, const char *text)
{
	size_t length;

	text += *text == '{';
	length = name_length(text);
	return length > 0 ? pool_copy(pool, text, length) : NULL;
}

/*
 * The value of the variable at a dollar sign, NULL when there is none; *length is the number of
 * bytes of the text that it replaces.
 */
static const char *value_at(const struct variables *variables, struct pool *pool,
			    const char *text, size_t *length)
{
	const bool brace = text[1] == '{';
	const char *name = text + 1 + brace, *rest = name + name_length(name), *end, *value;

	if (rest == name)
		return NULL;
	value = variables_find(variables, pool_copy(pool, name, (size_t)(rest - name)));
	*length = (size_t)(rest - text) + brace;
	if (!brace || *rest == '}')
		return value;
	end = strchr(rest, '}');
	if (!end || (rest[0] != '-' && strncmp(rest, ":-", 2) != 0))
		return NULL;
	*length = (size_t)(end + 1 - text);
	if (value && (*value || *rest == '-'))
		return value;
	rest += *rest == ':' ? 2 : 1;
	return pool_copy(pool, rest, (size_t)(end - rest));
}

const char *variables_expand(const struct variables *variables, struct pool *pool,
			     const char *text)
{
	const char *start = text, *value;
	struct buffer out;
	size_t length;
	int result = 0;

	buffer_init(&out, LIMIT_EXPANDED_BYTES);
	while (*text && result == 0) {
		if (text[0] == '\\' && text[1] == '$') {
			result = buffer_add(&out, "$", 1);
			text += 2;
		} else if (*text == '$' && (value = value_at(variables, pool, text, &length))) {
			result = buffer_add_string(&out, value);
			text += length;
		} else {
			result = buffer_add(&out, text++, 1);
		}
	}
	if (result == 0)
		start = out.length > 0 ? pool_copy(pool, out.bytes, out.length) : "";
	buffer_free(&out);
	return start;
}
