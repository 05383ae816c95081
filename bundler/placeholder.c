#include "placeholder.h"

#include <stdlib.h>
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

char *placeholder_expand(struct pool *pool, const char *template,
			 const struct placeholder *placeholders, struct error *err)
{
	const char *rest = template, *value;
	struct buffer text;
	char *result = NULL;

	buffer_init(&text, LIMIT_RECIPE_BYTES);
	while (*rest) {
		size_t plain = strcspn(rest, "{}"), name;

		if (buffer_add(&text, rest, plain) < 0)
			goto too_long;
		rest += plain;
		if (*rest == '\0')
			break;
		name = strcspn(rest + 1, "{}");
		value = *rest == '{' && rest[1 + name] == '}' ? find(placeholders, rest + 1, name) : NULL;
		if (!value) {
			error_set(err, STATUS_CONFIG, "cannot expand '%s': no placeholder '%.*s'",
				  template, (int)name + 2, rest);
			goto out;
		}
		if (buffer_add_string(&text, value) < 0)
			goto too_long;
		rest += name + 2;
	}
	result = pool_copy(pool, text.bytes ? text.bytes : "", text.length);
	goto out;
too_long:
	error_set(err, STATUS_LIMIT, "cannot expand '%s': the result is too long", template);
out:
	buffer_free(&text);
	return result;
}
