#include "placeholder.h"

#include <string.h>

#include "buffer.h"
#include "limits.h"

/* The value of the name that length bytes spell, or NULL. */
static const char *find(const struct placeholder *placeholders, const char *name, size_t length)
{
	for (; placeholders->name; placeholders++)
		if (strlen(placeholders->name) == length
		    && memcmp(placeholders->name, name, length) == 0)
			return placeholders->value;
	return NULL;
}

/* The value of the placeholder that text begins with, and its length with the braces; or NULL. */
static const char *parse(const struct placeholder *placeholders, const char *text, size_t *length)
{
	size_t name = strcspn(text + 1, "{}");

	*length = name + 2;
	return text[0] == '{' && text[1 + name] == '}' ? find(placeholders, text + 1, name) : NULL;
}

static int expand(struct buffer *text, const char *template, const struct placeholder *placeholders,
		  struct error *err)
{
	const char *rest = template, *value;
	size_t length;

	for (;;) {
		length = strcspn(rest, "{}");
		if (buffer_add(text, rest, length) < 0)
			break;
		rest += length;
		if (*rest == '\0')
			return 0;
		value = parse(placeholders, rest, &length);
		if (!value)
			return error_set(err, STATUS_CONFIG,
					 "cannot expand '%s': no placeholder '%.*s'",
					 template, (int)length, rest);
		if (buffer_add_string(text, value) < 0)
			break;
		rest += length;
	}
	return error_set(err, STATUS_CONFIG, "cannot expand '%.64s...': more than %llu bytes",
			 template, LIMIT_EXPANDED_BYTES);
}

char *placeholder_expand(struct pool *pool, const char *template,
			 const struct placeholder *placeholders, struct error *err)
{
	struct buffer text;
	char *result = NULL;

	buffer_init(&text, LIMIT_EXPANDED_BYTES);
	if (expand(&text, template, placeholders, err) == 0)
		result = pool_copy(pool, text.bytes, text.length);
	buffer_free(&text);
	return result;
}
