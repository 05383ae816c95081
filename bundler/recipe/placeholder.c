/* SPDX-License-Identifier: Apache-2.0 */
/* Puts values in the place of {names} in a template. */
#include "recipe/placeholder.h"

#include <string.h>

#include "base/limits.h"

/* The value of the placeholder at text, or NULL; length becomes its length with the braces. */
static const char *parse(const struct placeholder *placeholders, const char *text, size_t *length)
{
	const size_t name = strcspn(text + 1, "{}");

	*length = name + 2;
	if (text[0] != '{' || text[1 + name] != '}')
		return NULL;
	for (; placeholders->name; placeholders++)
		if (strlen(placeholders->name) == name
		    && memcmp(placeholders->name, text + 1, name) == 0)
			return placeholders->value;
	return NULL;
}

/* Adds a part to into, unless it is NULL, and to the length. */
static void add(char *into, size_t *length, const char *part, size_t part_length)
{
	if (into)
		memcpy(into + *length, part, part_length);
	*length += part_length;
}

/* Expands template to into; if into is NULL, only computes the length. */
static int expand(char *into, size_t *length, const char *template,
		  const struct placeholder *placeholders, struct error *err)
{
	const char *rest = template, *value;
	size_t part;

	for (*length = 0; *length <= LIMIT_EXPANDED_BYTES; rest += part) {
		part = strcspn(rest, "{}");
		add(into, length, rest, part);
		rest += part;
		if (*rest == '\0')
			break;
		value = parse(placeholders, rest, &part);
		if (!value)
			return error_set(err, STATUS_CONFIG,
					 "cannot expand '%s': no placeholder '%.*s'",
					 template, (int)part, rest);
		add(into, length, value, strlen(value));
	}
	if (*length <= LIMIT_EXPANDED_BYTES)
		return 0;
	return error_set(err, STATUS_CONFIG, "cannot expand '%.64s...': more than %llu bytes",
			 template, LIMIT_EXPANDED_BYTES);
}

bool placeholder_is_in(const char *template)
{
	return strpbrk(template, "{}") != NULL;
}

char *placeholder_expand(struct pool *pool, const char *template,
			 const struct placeholder *placeholders, struct error *err)
{
	size_t length;
	char *text;

	if (expand(NULL, &length, template, placeholders, err) < 0)
		return NULL;
	text = pool_new(pool, length + 1, 1);
	expand(text, &length, template, placeholders, err);
	return text;
}
