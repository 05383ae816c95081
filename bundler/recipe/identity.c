/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of what a recipe says of packages to SBOMs. */
#include "recipe/identity.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

const char *recipe_identity_supplier_fault(const char *text)
{
	if (*text == '\0')
		return "it is empty";
	if (strlen(text) > LIMIT_IDENTITY_BYTES)
		return "it is too long";
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			return "it has a control character";
	return NULL;
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

static bool is_operator(const char *text, size_t length)
{
	return is_word(text, length, "AND") || is_word(text, length, "OR");
}

const char *recipe_identity_licence_fault(const char *text)
{
	/* What may come next: an identifier, "WITH" behind one, or an operator. */
	bool operand = true, exception = false, with = false;
	size_t depth = 0, length;

	if (strlen(text) > LIMIT_IDENTITY_BYTES)
		return "it is too long";
	for (text += strspn(text, " "); *text; text += length, text += strspn(text, " ")) {
		length = strspn(text, WORD);
		if (*text == '(' && operand && !exception) {
			length = 1;
			depth++;
			continue;
		}
		if (*text == ')' && !operand) {
			length = 1;
			if (depth-- == 0)
				return "a parenthesis is not paired";
			with = false;
			continue;
		}
		if (length == 0)
			return "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'";
		if (operand) {
			if (is_operator(text, length) || is_word(text, length, "WITH"))
				return "an identifier is missing in it";
			if (is_word(text, length, "NONE") || is_word(text, length, "NOASSERTION"))
				return "it says nothing: leave the key out";
			if (text[length] == '+' && !exception)
				length++;
			with = !exception;
			operand = exception = false;
		} else if (with && is_word(text, length, "WITH")) {
			operand = exception = true;
		} else if (is_operator(text, length)) {
			operand = true;
		} else {
			return "it is no SPDX licence expression, as in 'MIT OR Apache-2.0'";
		}
	}
	if (operand)
		return "an identifier is missing in it";
	return depth > 0 ? "a parenthesis is not paired" : NULL;
}
