/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tar archives made for a test, member by member, byte for byte as the test wants them.
 */
#ifndef TARBALL_H
#define TARBALL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define TARBALL_BYTES (64 << 20)
#define TARBALL_GNU "ustar  "
#define TARBALL_V7 "\0\0\0\0\0\0\0"
#define TARBALL_OLD '\xff'

/* A member; what is not set is an empty file, 0644, root's, of 1970. */
struct tarball_member {
	const char *name, *target;
	char type;		/* '0' when it is not set, '\0' when it is TARBALL_OLD */
	const char *content;
	size_t length;		/* of content; that of the string when it is 0 */
	unsigned mode;
	const char *size;	/* the field's digits, when they are not those of the content */
	const char *magic;	/* eight bytes, when they are not those of ustar */
	const char *prefix;
};

static inline void tarball_fix(char *header)
{
	unsigned sum = 0;

	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
}

static inline void tarball_pad(struct buffer *tar)
{
	static const char zeros[512];

	if (tar->length % 512 > 0 && buffer_add(tar, zeros, 512 - tar->length % 512) < 0)
		abort();
}

static inline void tarball_add(struct buffer *tar, struct tarball_member member)
{
	char header[512] = "", type = member.type ? member.type : '0';
	const char *content = member.content ? member.content : "";
	size_t length = member.length ? member.length : strlen(content);

	memcpy(header, member.name, strnlen(member.name, 100));
	snprintf(header + 100, 8, "%07o", (member.mode ? member.mode : 0644) & 07777777);
	if (member.size)
		memcpy(header + 124, member.size, strnlen(member.size, 12));
	else
		snprintf(header + 124, 12, "%011zo", length);
	header[156] = type == TARBALL_OLD ? '\0' : type;
	if (member.target)
		memcpy(header + 157, member.target, strnlen(member.target, 100));
	memcpy(header + 257, member.magic ? member.magic : "ustar\00000", 8);
	if (member.prefix)
		memcpy(header + 345, member.prefix, strnlen(member.prefix, 155));
	tarball_fix(header);
	if (buffer_add(tar, header, sizeof header) < 0 || buffer_add(tar, content, length) < 0)
		abort();
	tarball_pad(tar);
}

#define TARBALL(tar, ...) tarball_add((tar), (struct tarball_member){ __VA_ARGS__ })

/* A pax header of the given type with one record. */
static inline void tarball_pax(struct buffer *tar, char type, const char *key, const char *value)
{
	size_t length = strlen(key) + strlen(value) + 3, digits = 1;
	char record[4096];

	while (snprintf(record, sizeof record, "%zu", length + digits) != (int)digits)
		digits++;
	snprintf(record, sizeof record, "%zu %s=%s\n", length + digits, key, value);
	TARBALL(tar, .name = "pax", .type = type, .content = record);
}

static inline void tarball_end(struct buffer *tar)
{
	static const char zeros[1024];

	if (buffer_add(tar, zeros, sizeof zeros) < 0)
		abort();
}

#endif
