/* SPDX-License-Identifier: Apache-2.0 */
/* The order of versions, as Semantic Versioning defines it. */
#include "recipe/version.h"

#include <string.h>

#define DIGITS "0123456789"
#define IDENTIFIER DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"

/* Why length bytes of text are not an identifier; zeros: a number may begin with 0. */
static const char *identifier_fault(const char *text, size_t length, bool zeros)
{
	if (length == 0)
		return "a part of it is empty";
	if (!zeros && length > 1 && text[0] == '0' && strspn(text, DIGITS) >= length)
		return "a number in it begins with 0";
	return NULL;
}

/* Moves text past identifiers that are separated by dots. */
static const char *identifiers_fault(const char **text, bool zeros)
{
	const char *fault;

	for (;;) {
		size_t length = strspn(*text, IDENTIFIER);

		fault = identifier_fault(*text, length, zeros);
		*text += length;
		if (fault || **text != '.')
			return fault;
		++*text;
	}
}

/* Moves text past the numbers. */
static const char *numbers_fault(const char **text)
{
	const char *fault;

	for (int count = 1;; count++) {
		size_t length = strspn(*text, DIGITS);

		if (length == 0)
			return "a number is missing";
		fault = identifier_fault(*text, length, false);
		*text += length;
		if (fault || **text != '.')
			return fault;
		if (count == VERSION_NUMBERS)
			return "it has more than three numbers";
		++*text;
	}
}

const char *version_fault(const char *text)
{
	const char *fault = numbers_fault(&text);

	if (!fault && *text == '-') {
		text++;
		fault = identifiers_fault(&text, false);
	}
	if (!fault && *text == '+') {
		text++;
		fault = identifiers_fault(&text, true);
	}
	if (!fault && *text != '\0')
		return "it has an invalid character";
	return fault;
}

/* Numbers without leading zeros: the longer one is greater. */
static int compare_numbers(const char *a, size_t a_length, const char *b, size_t b_length)
{
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return memcmp(a, b, a_length);
}

/* Section 11.4: numbers by value, others by their bytes, and numbers before others. */
static int compare_identifiers(const char *a, const char *b)
{
	size_t a_length = strspn(a, IDENTIFIER), b_length = strspn(b, IDENTIFIER);
	bool a_number = strspn(a, DIGITS) == a_length, b_number = strspn(b, DIGITS) == b_length;
	int order;

	if (a_number && b_number)
		return compare_numbers(a, a_length, b, b_length);
	if (a_number != b_number)
		return a_number ? -1 : 1;
	order = memcmp(a, b, a_length < b_length ? a_length : b_length);
	if (order != 0)
		return order;
	return (a_length > b_length) - (a_length < b_length);
}

/* If one pre-release is the beginning of the other, the longer one is greater. */
static int compare_prereleases(const char *a, const char *b)
{
	for (;;) {
		int order = compare_identifiers(a, b);

		if (order != 0)
			return order;
		a += strspn(a, IDENTIFIER);
		b += strspn(b, IDENTIFIER);
		if (*a != '.' || *b != '.')
			return (*a == '.') - (*b == '.');
		a++;
		b++;
	}
}

/* Moves text past a number and the dot after it; returns the number, "0" if there is none. */
static const char *next_number(const char **text, size_t *length)
{
	const char *number = *text;

	*length = strspn(number, DIGITS);
	if (*length == 0) {
		*length = 1;
		return "0";
	}
	*text += *length;
	if (**text == '.')
		++*text;
	return number;
}

int version_compare(const char *a, const char *b)
{
	for (int i = 0; i < VERSION_NUMBERS; i++) {
		size_t a_length, b_length;
		const char *a_number = next_number(&a, &a_length);
		const char *b_number = next_number(&b, &b_length);
		int order = compare_numbers(a_number, a_length, b_number, b_length);

		if (order != 0)
			return order;
	}
	/* A pre-release is before its release. */
	if (*a != '-' || *b != '-')
		return (*b == '-') - (*a == '-');
	return compare_prereleases(a + 1, b + 1);
}

bool version_is_prerelease(const char *version)
{
	return version[strcspn(version, "-+")] == '-';
}

size_t version_prefix(const char *version, int count)
{
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		size_t digits;

		if (i > 0 && version[length++] != '.')
			return 0;
		digits = strspn(version + length, DIGITS);
		if (digits == 0)
			return 0;
		length += digits;
	}
	return length;
}
