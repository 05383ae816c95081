/* SPDX-License-Identifier: Apache-2.0 */
/* Checks files of time zones. */
#include "unpack/tzif.h"

#include <stdint.h>
#include <string.h>

#define HEADER_BYTES 44U
#define TYPE_BYTES 6U

struct header {
	char version;
	uint64_t universal, standard, leaps, times, types, characters;	/* numbers of each */
};

bool tzif_begins(const void *bytes, size_t length)
{
	return length >= 4 && memcmp(bytes, "TZif", 4) == 0;
}

static uint64_t read_number(const uint8_t *bytes)
{
	return (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8
	       | bytes[3];
}

/* Bytes of the data behind a header, whose times have so many. */
static uint64_t data_bytes(const struct header *header, uint64_t time)
{
	return header->times * (time + 1) + header->types * TYPE_BYTES + header->characters
	       + header->leaps * (time + 4) + header->standard + header->universal;
}

/* Checks what a header counts, and the numbers in its data that lead elsewhere in it. */
static const char *block_fault(struct header *header, const uint8_t *bytes, size_t length,
			       uint64_t time, size_t *end)
{
	const uint8_t *number, *types;

	if (length < HEADER_BYTES || !tzif_begins(bytes, length))
		return "a header is missing";
	header->version = (char)bytes[4];
	number = bytes + 20;
	header->universal = read_number(number);
	header->standard = read_number(number + 4);
	header->leaps = read_number(number + 8);
	header->times = read_number(number + 12);
	header->types = read_number(number + 16);
	header->characters = read_number(number + 20);
	if (header->types == 0 || header->types > 256 || header->characters == 0
	    || (header->universal != 0 && header->universal != header->types)
	    || (header->standard != 0 && header->standard != header->types))
		return "its numbers do not fit together";
	if (data_bytes(header, time) > length - HEADER_BYTES)
		return "it is cut short";
	*end = HEADER_BYTES + (size_t)data_bytes(header, time);
	number = bytes + HEADER_BYTES + header->times * time;
	types = number + header->times;
	for (uint64_t i = 0; i < header->times; i++)
		if (number[i] >= header->types)
			return "a time has a type that is not there";
	for (uint64_t i = 0; i < header->types; i++)
		if (types[i * TYPE_BYTES + 5] >= header->characters)
			return "a type has a name that is not there";
	return header->leaps == 0 ? NULL : "it counts leap seconds";
}

/* The rule for later times, between two newlines. */
static bool is_footer(const char *text, size_t length)
{
	if (length < 2 || text[0] != '\n' || text[length - 1] != '\n')
		return false;
	for (size_t i = 1; i < length - 1; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

const char *tzif_fault(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	struct header header;
	size_t end = 0;
	const char *fault = block_fault(&header, at, length, 4, &end);

	if (fault)
		return fault;
	at += end;
	length -= end;
	if (header.version == '\0')
		return length == 0 ? NULL : "something follows it";
	if (header.version < '2' || header.version > '4')
		return "its version is not known";
	fault = block_fault(&header, at, length, 8, &end);
	if (fault)
		return fault;
	return is_footer((const char *)at + end, length - end) ? NULL
	       : "its last line is none, or something follows it";
}
