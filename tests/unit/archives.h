/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives made for a test, member by member: tar in ustar form, ZIP without compression, and
 * gzip around anything. A struct buffer holds each; fields of headers can be changed afterwards.
 */
#ifndef ARCHIVES_H
#define ARCHIVES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST	/* next_in is not written to */
#include <zlib.h>

#include "base/buffer.h"
#include "base/memory.h"

#define TAR_BLOCK 512

static inline void archive_init(struct buffer *archive)
{
	buffer_init(archive, (size_t)1 << 30);
}

static inline void add_bytes(struct buffer *archive, const void *bytes, size_t length)
{
	if (buffer_add(archive, bytes, length) < 0)
		abort();
}

/* Makes the checksum of the header at an offset right again (POSIX.1-2017, pax, ustar). */
static inline void tar_seal(struct buffer *tar, size_t at)
{
	unsigned sum = 0;

	memset(tar->bytes + at + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)tar->bytes[at + i];
	snprintf(tar->bytes + at + 148, 8, "%06o", sum);
}

static inline void tar_pad(struct buffer *tar)
{
	static const char zeros[TAR_BLOCK];

	add_bytes(tar, zeros, (TAR_BLOCK - tar->length % TAR_BLOCK) % TAR_BLOCK);
}

/* Adds a member; the offset of its header. target is of a link. */
static inline size_t tar_add_type(struct buffer *tar, const char *name, char type,
				  const char *target,
				  const void *content, size_t length)
{
	char header[TAR_BLOCK] = "";
	size_t at = tar->length;

	memcpy(header, name, strlen(name) < 100 ? strlen(name) : 100);
	memcpy(header + 100, "0000755\0000000000\0000000000", 24);
	snprintf(header + 124, 12, "%011zo", length);
	memcpy(header + 136, "00000000000", 12);
	header[156] = type;
	memcpy(header + 157, target, strlen(target));
	memcpy(header + 257, "ustar\00000", 8);
	add_bytes(tar, header, sizeof header);
	tar_seal(tar, at);
	if (length > 0)
		add_bytes(tar, content, length);
	tar_pad(tar);
	return at;
}

static inline size_t tar_add(struct buffer *tar, const char *name, const char *content)
{
	return tar_add_type(tar, name, '0', "", content, strlen(content));
}

/* Two blocks of zeros. */
static inline void tar_end(struct buffer *tar)
{
	static const char zeros[2 * TAR_BLOCK];

	add_bytes(tar, zeros, sizeof zeros);
}

/* Adds a gzip member that unpacks to these bytes. */
static inline void gzip_add(struct buffer *archive, const void *bytes, size_t length)
{
	z_stream stream = { .next_in = bytes, .avail_in = (uInt)length };
	uLong bound;
	Bytef *packed;

	if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	bound = deflateBound(&stream, (uLong)length);
	packed = memory_new(bound, 1);
	stream.next_out = packed;
	stream.avail_out = (uInt)bound;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	add_bytes(archive, packed, stream.total_out);
	deflateEnd(&stream);
	free(packed);
}

static inline void add_number(struct buffer *archive, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char byte = (char)(i < 8 ? value >> (8 * i) : 0);

		add_bytes(archive, &byte, 1);
	}
}

/*
 * A ZIP archive (APPNOTE.TXT): local members in one buffer, the directory in another, until
 * zip_end.
 */
struct zip_maker {
	struct buffer members, directory;
	unsigned count;
};

static inline void zip_begin(struct zip_maker *zip)
{
	archive_init(&zip->members);
	archive_init(&zip->directory);
	zip->count = 0;
}

/* What local and central header of a member have in common (sections 4.3.7 and 4.3.12). */
static inline void zip_add_common(struct buffer *header, const char *name, const char *content)
{
	size_t length = strlen(content);

	add_number(header, 20, 2);			/* version needed */
	add_number(header, 0, 2);			/* flags */
	add_number(header, 0, 2);			/* stored */
	add_number(header, 0x00210000, 4);		/* 1980-01-01 */
	add_number(header, crc32(0, (const Bytef *)content, (uInt)length), 4);
	add_number(header, length, 4);
	add_number(header, length, 4);
	add_number(header, strlen(name), 2);
	add_number(header, 0, 2);			/* extra */
}

/* Adds a member with a Unix mode; the offset of its entry in the directory. */
static inline size_t zip_add_mode(struct zip_maker *zip, const char *name, unsigned mode,
				  const char *content)
{
	size_t local = zip->members.length, central = zip->directory.length;

	add_bytes(&zip->members, "PK\3\4", 4);
	zip_add_common(&zip->members, name, content);
	add_bytes(&zip->members, name, strlen(name));
	add_bytes(&zip->members, content, strlen(content));
	add_bytes(&zip->directory, "PK\1\2", 4);
	add_number(&zip->directory, 3 << 8 | 20, 2);	/* made by Unix */
	zip_add_common(&zip->directory, name, content);
	add_number(&zip->directory, 0, 6);		/* comment, disk, internal attributes */
	add_number(&zip->directory, (uint64_t)mode << 16, 4);
	add_number(&zip->directory, local, 4);
	add_bytes(&zip->directory, name, strlen(name));
	zip->count++;
	return central;
}

static inline size_t zip_add(struct zip_maker *zip, const char *name, const char *content)
{
	return zip_add_mode(zip, name, 0100755, content);
}

/* Puts it together, and frees the parts; the offset of the end record in the archive. */
static inline size_t zip_end(struct zip_maker *zip, struct buffer *archive)
{
	size_t end;

	archive_init(archive);
	if (zip->members.length > 0)
		add_bytes(archive, zip->members.bytes, zip->members.length);
	if (zip->directory.length > 0)
		add_bytes(archive, zip->directory.bytes, zip->directory.length);
	end = archive->length;
	add_bytes(archive, "PK\5\6", 4);
	add_number(archive, 0, 4);
	add_number(archive, zip->count, 2);
	add_number(archive, zip->count, 2);
	add_number(archive, zip->directory.length, 4);
	add_number(archive, zip->members.length, 4);
	add_number(archive, 0, 2);
	buffer_free(&zip->members);
	buffer_free(&zip->directory);
	return end;
}

#endif
