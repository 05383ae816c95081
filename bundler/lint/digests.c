/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises digests, and the commands that compare them. */
#include "lint/digests.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

unsigned digests_named(const char *name)
{
	if (strcasestr(name, "sha512"))
		return LINT_SHA512;
	if (strcasestr(name, "sha256"))
		return LINT_SHA256;
	return strcasestr(name, "shasum") || strcasestr(name, "checksum")
	       ? LINT_SHA256 | LINT_SHA512 : 0;
}

unsigned digests_kind(const char *text)
{
	const size_t digits = strspn(text, "0123456789abcdefABCDEF");

	if (text[digits] != '\0' || strspn(text, "0") == digits)
		return 0;
	return digits == 64 ? LINT_SHA256 : digits == 128 ? LINT_SHA512 : 0;
}

const char *digests_next(struct pool *pool, const char *text, size_t *offset, size_t end)
{
	while (*offset < end && text[*offset]) {
		const char *at = text + *offset;
		const size_t digits = strspn(at, "0123456789abcdefABCDEF");
		const bool apart = (*offset == 0 || !isalnum((unsigned char)at[-1]))
				   && !isalnum((unsigned char)at[digits]);

		*offset += digits > 0 ? digits : 1;
		if (apart && (digits == 64 || digits == 128))
			return pool_copy(pool, at, digits);
	}
	return NULL;
}

const char *digests_before(struct pool *pool, const char *text, const char *name)
{
	for (const char *found = text; (found = strstr(found, name)); found++) {
		const char *end = found, *begin;

		while (end > text && !strchr(" \t*\"'", end[-1]))
			end--;
		while (end > text && strchr(" \t*", end[-1]))
			end--;
		for (begin = end; begin > text && isxdigit((unsigned char)begin[-1]);)
			begin--;
		if ((end - begin == 64 || end - begin == 128)
		    && (begin == text || !isalnum((unsigned char)begin[-1])))
			return pool_copy(pool, begin, (size_t)(end - begin));
	}
	return NULL;
}

/* Get-FileHash takes SHA-256 by default. */
unsigned digests_checked(const char *text)
{
	const bool tool = strstr(text, "shasum") || strstr(text, "openssl")
			  || strcasestr(text, "get-filehash");
	unsigned digests = 0;

	if (strstr(text, "sha256sum") || (tool && (strcasestr(text, "sha256")
						   || strstr(text, "-a 256"))))
		digests |= LINT_SHA256;
	if (strstr(text, "sha512sum") || (tool && (strcasestr(text, "sha512")
						   || strstr(text, "-a 512"))))
		digests |= LINT_SHA512;
	return digests == 0 && strcasestr(text, "get-filehash") ? LINT_SHA256 : digests;
}

bool digests_listed(const char *text)
{
	static const char *const names[] = {
		"shasums", "sha256sums", "sha512sums", "checksums", ".sha256", ".sha512",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasestr(text, names[i]))
			return digests_checked(text) != 0;
	return false;
}
