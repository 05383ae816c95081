/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs: their form, and new ones. */
#include "base/purl.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
/* Those that are never encoded: RFC 3986's unreserved characters, and the colon. */
#define PLAIN LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "-._~:"
/* The separators, and what encodes the rest. */
#define SEPARATORS "/@?=&#%"

static bool is_encoded_well(const char *text)
{
	while ((text = strchr(text, '%'))) {
		if (strspn(text + 1, DIGITS "abcdefABCDEF") < 2)
			return false;
		text += 3;
	}
	return true;
}

const char *purl_fault(const char *text)
{
	const char *type, *name;
	size_t length;

	if (strlen(text) > LIMIT_URL_BYTES)
		return "it is too long";
	if (strncmp(text, "pkg:", 4) != 0)
		return "it does not begin with 'pkg:'";
	type = text + 4;
	length = strspn(type, LOWER DIGITS ".-");
	if (length == 0 || strchr(DIGITS, type[0]) || type[length] != '/')
		return "it has no type, as in 'pkg:github/owner/name@version'";
	name = type + length + 1;
	length = strcspn(name, "@?#");
	if (length == 0 || name[0] == '/' || name[length - 1] == '/')
		return "it has no name";
	if (text[strspn(text, PLAIN SEPARATORS ",")] != '\0' || !is_encoded_well(text))
		return "it has a character that must be percent-encoded";
	return NULL;
}

/* Encodes text; kept has the characters that stay besides PLAIN. */
static char *encode(struct pool *pool, const char *text, const char *kept)
{
	static const char digits[] = "0123456789ABCDEF";
	char *encoded = pool_new(pool, strlen(text) + 1, 3), *end = encoded;

	for (; *text; text++) {
		const unsigned char byte = (unsigned char)*text;

		if (strchr(PLAIN, *text) || strchr(kept, *text)) {
			*end++ = *text;
			continue;
		}
		*end++ = '%';
		*end++ = digits[byte >> 4];
		*end++ = digits[byte & 15];
	}
	return encoded;
}

char *purl_make(struct pool *pool, const char *type, const char *path, const char *version,
		const struct purl_qualifier *qualifiers)
{
	char *text = pool_format(pool, "pkg:%s/%s", type, encode(pool, path, "/"));
	char separator = '?';

	if (version && *version)
		text = pool_format(pool, "%s@%s", text, encode(pool, version, ""));
	for (; qualifiers && qualifiers->key; qualifiers++) {
		if (!qualifiers->value || !*qualifiers->value)
			continue;
		text = pool_format(pool, "%s%c%s=%s", text, separator, qualifiers->key,
				   encode(pool, qualifiers->value, ""));
		separator = '&';
	}
	return text;
}
