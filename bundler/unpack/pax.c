/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the records of a pax extended header. */
#include "unpack/pax.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* Digits without a sign, at most to the end of what int64_t holds. */
static bool read_decimal(const char **text, int64_t *value)
{
	const char *digit = *text;

	for (*value = 0; *digit >= '0' && *digit <= '9'; digit++)
		if (__builtin_mul_overflow(*value, 10, value)
		    || __builtin_add_overflow(*value, *digit - '0', value))
			return false;
	if (digit == *text)
		return false;
	*text = digit;
	return true;
}

static bool read_whole(const char *text, int64_t *value)
{
	return read_decimal(&text, value) && *text == '\0';
}

/* Seconds, perhaps negative, perhaps with a fraction, of which nine digits count. */
static bool read_time(const char *text, int64_t *seconds, uint32_t *nanoseconds)
{
	const bool negative = *text == '-';
	uint32_t unit = 100000000;

	text += negative;
	*nanoseconds = 0;
	if (!read_decimal(&text, seconds))
		return false;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10)
			*nanoseconds += (uint32_t)(*text - '0') * unit;
	if (negative)
		*seconds = -*seconds;
	if (negative && *nanoseconds > 0) {
		*seconds -= 1;
		*nanoseconds = 1000000000 - *nanoseconds;
	}
	return *text == '\0';
}

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Replaces an earlier record of the same name. */
static void add_attribute(struct pax *pax, const char *name, const char *value, size_t length)
{
	size_t i = 0;

	while (i < pax->attribute_count && strcmp(pax->attributes[i].name, name) != 0)
		i++;
	if (i == pax->attribute_count)
		pax->attributes = memory_resize(pax->attributes, ++pax->attribute_count,
						sizeof *pax->attributes);
	pax->attributes[i] = (struct pax_attribute){ .name = name, .value = value,
						     .length = length };
}

/*
 * The keys are star's, libarchive's and GNU tar's; values of the last two are not decoded, and
 * container engines set the attributes of star's alone.
 */
static void take_attribute(struct pax *pax, const char *key, const char *value, size_t length)
{
	static const char plain[] = "SCHILY.xattr.";
	static const char *const others[] = { "LIBARCHIVE.xattr.", "RHT.security.", "SCHILY.acl." };

	if (begins(key, plain)) {
		add_attribute(pax, key + strlen(plain), value, length);
		return;
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (begins(key, others[i]))
			add_attribute(pax, key, value, length);
}

/* Keys by which some readers, but not all, change what a member is. */
static const char *disputed(const char *key)
{
	static const struct {
		const char *prefix, *fault;
	} keys[] = {
		{ "GNU.sparse.", "a member is sparse" },
		{ "SUN.holesdata", "a member is sparse" },
		{ "SCHILY.realsize", "a member is sparse" },
		{ "SCHILY.filetype", "a pax header states a type" },
		{ "SCHILY.devm", "a pax header states a device" },
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (begins(key, keys[i].prefix))
			return keys[i].fault;
	return NULL;
}

/* Takes a record. An empty value selects that of the tar header, which not all readers know. */
static const char *take_record(struct pax *pax, const char *key, const char *value, size_t length)
{
	const char *fault = disputed(key);
	bool good = true, known = true;
	uint32_t part;
	int64_t time;

	if (fault)
		return fault;
	if (strcmp(key, "path") == 0)
		pax->name = value;
	else if (strcmp(key, "linkpath") == 0)
		pax->target = value;
	else if (strcmp(key, "size") == 0)
		pax->has_size = good = read_whole(value, &pax->size);
	else if (strcmp(key, "uid") == 0)
		pax->has_uid = good = read_whole(value, &pax->uid);
	else if (strcmp(key, "gid") == 0)
		pax->has_gid = good = read_whole(value, &pax->gid);
	else if (strcmp(key, "mtime") == 0)
		pax->has_mtime = good = read_time(value, &pax->mtime, &pax->nanoseconds);
	else if (strcmp(key, "atime") == 0 || strcmp(key, "ctime") == 0)
		good = read_time(value, &time, &part);
	else
		known = false;
	if (known && length == 0)
		return "a pax header has an empty value";
	if (!known && strcmp(key, "SCHILY.xattr.") == 0)
		return "an extended attribute has no name";
	if (!known)
		take_attribute(pax, key, value, length);
	return good ? NULL : "a pax header has a malformed number";
}

/* Names end at a NUL; only the values of extended attributes may hold one. */
static bool is_text(const char *key, const char *value, size_t length)
{
	return !memchr(value, '\0', length) || begins(key, "SCHILY.xattr.");
}

const char *pax_parse(struct pax *pax, char *text, size_t length)
{
	static const char malformed[] = "a pax header is malformed";
	const char *fault = NULL;

	while (length > 0 && !fault) {
		const char *at = text;
		int64_t size;
		char *key, *value, *end;

		if (!read_decimal(&at, &size) || *at != ' ' || size < 5 || (uint64_t)size > length
		    || text[size - 1] != '\n')
			return malformed;
		key = text + (at - text) + 1;
		end = text + size - 1;
		*end = '\0';
		value = key < end ? strchr(key, '=') : NULL;
		if (!value || value == key)
			return malformed;
		*value++ = '\0';
		if (!is_text(key, value, (size_t)(end - value)))
			return malformed;
		fault = take_record(pax, key, value, (size_t)(end - value));
		if (pax->attribute_count > LIMIT_TAR_ATTRIBUTES)
			return "a member has too many extended attributes";
		text += size;
		length -= (size_t)size;
	}
	return fault;
}

void pax_free(struct pax *pax)
{
	free(pax->attributes);
	*pax = (struct pax){ 0 };
}

bool pax_says(const struct pax *pax)
{
	return pax->name || pax->target || pax->has_size || pax->has_uid || pax->has_gid
	       || pax->has_mtime || pax->attribute_count > 0;
}
