/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the challenges of an answer. */
#include "registry/challenge.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define TOKEN ALPHANUMERIC "!#$%&'*+-.^_`|~"	/* RFC 9110 section 5.6.2 */
#define TOKEN68 ALPHANUMERIC "-._~+/"		/* section 11.2 */
#define BLANK " \t"

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

/* Length of the token68 that is all of what a scheme has, or 0. */
static size_t token68_length(const char *text)
{
	size_t length = strspn(text, TOKEN68), end;

	if (length == 0)
		return 0;
	length += strspn(text + length, "=");
	end = length + strspn(text + length, BLANK);
	return text[end] == ',' || text[end] == '\0' ? length : 0;
}

/* A quoted string without its quotes and backslashes, and text behind it; NULL if it is none. */
static char *read_quoted(const char **text)
{
	const char *in = *text + 1;
	char *value = memory_new(strlen(in) + 1, 1), *out = value;

	for (; *in && *in != '"'; in++) {
		if (*in == '\\' && in[1])
			in++;
		if (((unsigned char)*in < ' ' && *in != '\t') || *in == 127)
			break;
		*out++ = *in;
	}
	if (*in == '"') {
		*text = in + 1;
		return value;
	}
	free(value);
	return NULL;
}

/* A token or quoted string, up to a comma or the end. Caller frees; NULL if it is neither. */
static char *read_value(const char **text)
{
	size_t length = strspn(*text, TOKEN);
	char *value;

	if (**text == '"') {
		value = read_quoted(text);
	} else {
		value = length > 0 ? memory_copy(*text, length) : NULL;
		*text += length;
	}
	*text += strspn(*text, BLANK);
	if (**text == ',' || **text == '\0')
		return value;
	free(value);
	return NULL;
}

/* Where the parameter of a Bearer challenge is kept, or NULL. */
static char **find_parameter(struct challenge *challenge, const char *name, size_t length)
{
	if (is_word(name, length, "realm"))
		return &challenge->realm;
	if (is_word(name, length, "service"))
		return &challenge->service;
	if (is_word(name, length, "scope"))
		return &challenge->scope;
	return is_word(name, length, "error") ? &challenge->error : NULL;
}

const char *challenge_parse(struct challenge *challenge, const char *text)
{
	bool any = false, kept = false;	/* a challenge has begun, and it is the one that is kept */

	*challenge = (struct challenge){ 0 };
	while (text += strspn(text, BLANK ","), *text) {
		const char *name = text;
		const size_t length = strspn(name, TOKEN);
		char **place, *value;
		size_t blanks;

		text += length;
		blanks = strspn(text, BLANK);
		if (length == 0)
			return "it is not a list of challenges";
		if (text[blanks] != '=') {
			any = true;
			challenge->basic |= is_word(name, length, "basic");
			kept = is_word(name, length, "bearer") && !challenge->bearer;
			challenge->bearer |= kept;
			text += blanks;
			if (blanks > 0)
				text += token68_length(text);
			else if (*text && *text != ',')
				return "it is not a list of challenges";
			continue;
		}
		text += blanks + 1;
		text += strspn(text, BLANK);
		value = read_value(&text);
		place = kept ? find_parameter(challenge, name, length) : NULL;
		if (!any || !value || (place && *place)) {
			free(value);
			return !any ? "it begins with a parameter"
			       : !value ? "the value of a parameter is malformed"
			       : "a parameter is there twice";
		}
		if (place)
			*place = value;
		else
			free(value);
	}
	return NULL;
}

void challenge_free(struct challenge *challenge)
{
	free(challenge->realm);
	free(challenge->service);
	free(challenge->scope);
	free(challenge->error);
	*challenge = (struct challenge){ 0 };
}
