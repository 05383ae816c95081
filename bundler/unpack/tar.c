/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a tar strictly: what other readers might understand differently is refused. */
#include "unpack/tar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/pool.h"
#include "unpack/pax.h"

#define BLOCK 512
#define NAME 100
#define PREFIX 155

/* POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar has other fields after the devices. */
struct header {
	unsigned char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	unsigned char target[NAME], magic[8], user[32], group[32];
	unsigned char device_major[8], device_minor[8], prefix[PREFIX], unused[8], star[4];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

/* Its numbers. */
struct numbers {
	uint64_t mode, uid, gid, size, device_major, device_minor;
	int64_t mtime;
};

struct tar {
	struct tar_source source;
	const unsigned char *bytes;	/* that were read and not taken yet */
	size_t length;
	uint64_t position;		/* of bytes in the archive */
	uint64_t data;			/* bytes of the member that were not taken yet */
	uint64_t padding;		/* bytes after them, to the next block */
	struct pax pax;			/* what a pax header says about the next member, */
	bool extended;			/* if there was one */
	const char *long_name, *long_target;	/* or GNU's headers; NULL without one */
	struct pool pool;		/* of the member's strings */
	char name[PREFIX + 1 + NAME + 1], target[NAME + 1];
};

static const char truncated[] = "it is truncated";

struct tar *tar_open(const struct tar_source *source)
{
	struct tar *tar = memory_new(1, sizeof *tar);

	tar->source = *source;
	return tar;
}

void tar_close(struct tar *tar)
{
	pax_free(&tar->pax);
	pool_free(&tar->pool);
	free(tar);
}

static int refuse(const char **fault, const char *reason)
{
	*fault = reason;
	return -1;
}

/* ---- bytes ---- */

/* Reads bytes if there are none: 1, 0 at the end, or -1. */
static int fill(struct tar *tar, const char **fault)
{
	const void *bytes;
	ssize_t got;

	if (tar->length > 0)
		return 1;
	got = tar->source.read(tar->source.context, &bytes, fault);
	if (got <= 0)
		return (int)got;
	tar->bytes = bytes;
	tar->length = (size_t)got;
	return 1;
}

static void take(struct tar *tar, size_t length)
{
	tar->bytes += length;
	tar->length -= length;
	tar->position += length;
}

/* Copies the next length bytes: 1, 0 when there are none at all, -1. */
static int copy(struct tar *tar, void *into, size_t length, const char **fault)
{
	size_t done = 0;

	while (done < length) {
		int more = fill(tar, fault);
		size_t part;

		if (more == 0 && done == 0)
			return 0;
		if (more <= 0)
			return more < 0 ? -1 : refuse(fault, truncated);
		part = tar->length < length - done ? tar->length : length - done;
		memcpy((unsigned char *)into + done, tar->bytes, part);
		take(tar, part);
		done += part;
	}
	return 1;
}

static int skip(struct tar *tar, uint64_t length, const char **fault)
{
	while (length > 0) {
		int more = tar->length == 0 && tar->source.skip ? 0 : fill(tar, fault);
		size_t part;

		if (more < 0)
			return -1;
		if (more == 0)
			break;
		part = tar->length < length ? tar->length : (size_t)length;
		take(tar, part);
		length -= part;
	}
	if (length > 0 && (!tar->source.skip || tar->source.skip(tar->source.context, length) < 0))
		return refuse(fault, truncated);
	tar->position += length;
	return 0;
}

/* ---- fields ---- */

static bool is_zero(const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/*
 * GNU tar's form of a number that is too large for octal digits: two's complement after a mark,
 * 0x80, or 0xff if it is negative. Some readers take other marks, too.
 */
static bool read_binary(const unsigned char *field, size_t width, int64_t *value)
{
	const uint64_t sign = field[0] == 0xff ? UINT64_MAX : 0;
	uint64_t result = sign;

	for (size_t i = 1; i < width; i++) {
		if (result >> 55 != sign >> 55)
			return false;
		result = result << 8 | field[i];
	}
	*value = (int64_t)result;
	return true;
}

/* Octal digits, perhaps after blanks, up to a blank, a NUL or the field's end. No digits are 0. */
static bool read_octal(const unsigned char *field, size_t width, int64_t *value)
{
	size_t i = 0;

	*value = 0;
	while (i < width && field[i] == ' ')
		i++;
	for (; i < width && field[i] >= '0' && field[i] <= '7'; i++)
		*value = *value * 8 + (field[i] - '0');
	for (; i < width; i++)
		if (field[i] != ' ' && field[i] != '\0')
			return false;
	return true;
}

static bool read_number(const unsigned char *field, size_t width, int64_t *value)
{
	return field[0] == 0x80 || field[0] == 0xff ? read_binary(field, width, value)
						     : read_octal(field, width, value);
}

static bool read_positive(const unsigned char *field, size_t width, uint64_t *value)
{
	int64_t number;

	if (!read_number(field, width, &number) || number < 0)
		return false;
	*value = (uint64_t)number;
	return true;
}

/* Reads all of them, of whatever type the header is: some readers refuse one that has a bad one. */
static bool read_numbers(const struct header *header, struct numbers *numbers)
{
	return read_positive(header->mode, sizeof header->mode, &numbers->mode)
	       && read_positive(header->uid, sizeof header->uid, &numbers->uid)
	       && read_positive(header->gid, sizeof header->gid, &numbers->gid)
	       && read_positive(header->size, sizeof header->size, &numbers->size)
	       && read_number(header->mtime, sizeof header->mtime, &numbers->mtime)
	       && read_positive(header->device_major, sizeof header->device_major,
				&numbers->device_major)
	       && read_positive(header->device_minor, sizeof header->device_minor,
				&numbers->device_minor);
}

/* The sum of all bytes, in which the field of the sum counts as blanks. */
static bool has_checksum(const struct header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	int64_t sum = sizeof header->checksum * ' ', stated;

	for (size_t i = 0; i < sizeof *header; i++)
		sum += bytes[i];
	for (size_t i = 0; i < sizeof header->checksum; i++)
		sum -= header->checksum[i];
	return read_octal(header->checksum, sizeof header->checksum, &stated) && stated == sum;
}

static bool is_ustar(const struct header *header)
{
	return memcmp(header->magic, "ustar", 6) == 0;
}

/*
 * Why readers may take the end of a header for something else, or NULL. Go and Python read GNU
 * tar's times and sparse maps as the first part of a name, Python those of old headers as well;
 * libarchive looks at five bytes of the magic, and others at eight.
 */
static const char *format_fault(const struct header *header)
{
	if (is_ustar(header))
		return memcmp(header->star, "tar", 4) == 0 ? "a header has star's form" : NULL;
	if (memcmp(header->magic, "ustar  ", 8) == 0)
		return is_zero(header->prefix, sizeof *header - offsetof(struct header, prefix))
		       ? NULL : "a GNU header has something behind the numbers of devices";
	return is_zero(header->magic, sizeof *header - offsetof(struct header, magic))
	       ? NULL : "a header has an unknown form";
}

/* Adds a field, which need not end in a NUL, to text. */
static void add_field(char *text, const unsigned char *field, size_t width)
{
	size_t used = strlen(text), length = strnlen((const char *)field, width);

	memcpy(text + used, field, length);
	text[used + length] = '\0';
}

/* ---- extended headers ---- */

/* A global header must not say what would change the members. */
static const char *take_global(char *text, size_t length)
{
	struct pax pax = { .name = NULL };
	const char *fault = pax_parse(&pax, text, length);

	if (!fault && pax_says(&pax))
		fault = "a global pax header changes its members";
	pax_free(&pax);
	return fault;
}

/* Takes GNU tar's long name, which ends in a NUL. */
static const char *take_long(const char **into, const char *text, size_t length)
{
	if (*into)
		return "a member has two long names";
	if (text[0] == '\0')
		return "a long name is empty";
	/* Without a NUL at its end some readers take what is behind it, too. */
	if (strlen(text) + 1 != length)
		return "a long name does not end in its only NUL byte";
	*into = text;
	return NULL;
}

/* Readers disagree about the order in which extended headers of several kinds apply. */
static int read_extension(struct tar *tar, char type, uint64_t size, const char **fault)
{
	const bool named = tar->long_name || tar->long_target;
	char *text;
	int more;

	if (size > LIMIT_TAR_EXTENSION_BYTES)
		return refuse(fault, "an extended header is too large");
	if (tar->extended || (named && (type == 'x' || type == 'g')))
		return refuse(fault, "a member has two extended headers");
	text = pool_new(&tar->pool, (size_t)size + 1, 1);
	more = size > 0 ? copy(tar, text, (size_t)size, fault) : 1;
	if (more <= 0)
		return more < 0 ? -1 : refuse(fault, truncated);
	if (skip(tar, -size % BLOCK, fault) < 0)
		return -1;
	if (type == 'L') {
		*fault = take_long(&tar->long_name, text, (size_t)size);
	} else if (type == 'K') {
		*fault = take_long(&tar->long_target, text, (size_t)size);
	} else if (type == 'g') {
		*fault = take_global(text, (size_t)size);
	} else {
		tar->extended = true;
		*fault = pax_parse(&tar->pax, text, (size_t)size);
	}
	return *fault ? -1 : 0;
}

/* ---- members ---- */

static void read_names(struct tar *tar, const struct header *header, struct tar_member *member)
{
	const struct pax *pax = &tar->pax;

	tar->name[0] = tar->target[0] = '\0';
	if (is_ustar(header) && header->prefix[0] != '\0') {
		add_field(tar->name, header->prefix, sizeof header->prefix);
		add_field(tar->name, (const unsigned char *)"/", 1);
	}
	add_field(tar->name, header->name, sizeof header->name);
	add_field(tar->target, header->target, sizeof header->target);
	member->name = tar->long_name ? tar->long_name : pax->name ? pax->name : tar->name;
	member->target = tar->long_target ? tar->long_target
			 : pax->target ? pax->target : tar->target;
	if (member->type != TAR_HARD_LINK && member->type != TAR_SYMLINK)
		member->target = "";
}

static bool ends_in_slash(const char *name)
{
	const size_t length = strlen(name);

	return length > 0 && name[length - 1] == '/';
}

/*
 * Before POSIX a directory was a file whose name ends in a slash. Readers disagree about files of
 * POSIX with such a name, and about which of two names counts.
 */
static const char *decide_slash(const struct tar *tar, char type, struct tar_member *member)
{
	const bool slash = ends_in_slash(member->name);

	if (member->type != TAR_FILE)
		return NULL;
	if (type == '\0' ? slash != ends_in_slash(tar->name) : slash)
		return "the name of a file ends in a slash";
	if (slash)
		member->type = TAR_DIRECTORY;
	return NULL;
}

/* Fills member from its header and the extended headers before it. */
static int describe(struct tar *tar, const struct header *header, const struct numbers *numbers,
		    struct tar_member *member, const char **fault)
{
	static const char types[] = "0123456";		/* in the order of enum tar_type */
	const char *type = strchr(types, header->type == '\0' ? '0' : header->type);
	const struct pax *pax = &tar->pax;

	if (!type)
		return refuse(fault, header->type == 'S' ? "a member is sparse"
							 : "a member is of an unknown type");
	*member = (struct tar_member){
		.type = (enum tar_type)(type - types), .mode = numbers->mode & 07777,
		.uid = pax->has_uid ? (uint64_t)pax->uid : numbers->uid,
		.gid = pax->has_gid ? (uint64_t)pax->gid : numbers->gid,
		.size = pax->has_size ? (uint64_t)pax->size : numbers->size,
		.mtime = pax->has_mtime ? pax->mtime : numbers->mtime,
		.nanoseconds = pax->has_mtime ? pax->nanoseconds : 0,
		.offset = tar->position,
		.attributes = pax->attributes, .attribute_count = pax->attribute_count,
	};
	if (member->type == TAR_CHARACTER || member->type == TAR_BLOCK) {
		member->device_major = numbers->device_major;
		member->device_minor = numbers->device_minor;
	}
	read_names(tar, header, member);
	if (strlen(member->name) > LIMIT_NAME_BYTES || strlen(member->target) > LIMIT_NAME_BYTES)
		return refuse(fault, "a name is too long");
	*fault = decide_slash(tar, (char)header->type, member);
	if (*fault)
		return -1;
	/* Some readers skip as many bytes, others do not. */
	if (member->type != TAR_FILE && member->size > 0)
		return refuse(fault, "a member other than a file has a size");
	tar->data = member->size;
	tar->padding = -member->size % BLOCK;
	return 1;
}

/* The first of two blocks of zeros was read; nothing but zeros may follow. */
static int read_end(struct tar *tar, const char **fault)
{
	unsigned char block[BLOCK];
	int more = copy(tar, block, sizeof block, fault);
	uint64_t start = tar->position;

	if (more <= 0)
		return more < 0 ? -1 : refuse(fault, truncated);
	if (!is_zero(block, sizeof block))
		return refuse(fault, "a block of zeros is between its members");
	if (tar->extended || tar->long_name || tar->long_target)
		return refuse(fault, "its last extended header has no member");
	while ((more = fill(tar, fault)) > 0) {
		if (!is_zero(tar->bytes, tar->length))
			return refuse(fault, "something follows its end");
		take(tar, tar->length);
		if (tar->position - start > LIMIT_TAR_PADDING_BYTES)
			return refuse(fault, "too many zeros follow its end");
	}
	return more;
}

int tar_next(struct tar *tar, struct tar_member *member, const char **fault)
{
	struct header header;
	struct numbers numbers;

	*fault = NULL;
	if (skip(tar, tar->data, fault) < 0 || skip(tar, tar->padding, fault) < 0)
		return -1;
	tar->data = tar->padding = 0;
	pax_free(&tar->pax);
	tar->extended = false;
	tar->long_name = tar->long_target = NULL;
	pool_free(&tar->pool);
	for (;;) {
		int more = copy(tar, &header, sizeof header, fault);

		if (more <= 0)
			return more < 0 ? -1 : refuse(fault, truncated);
		if (is_zero((const unsigned char *)&header, sizeof header))
			return read_end(tar, fault);
		if (!has_checksum(&header))
			return refuse(fault, "a header has a wrong checksum");
		*fault = format_fault(&header);
		if (*fault)
			return -1;
		if (!read_numbers(&header, &numbers))
			return refuse(fault, "a header has a malformed number");
		if (header.type == '\0' || !strchr("xgLK", header.type))
			return describe(tar, &header, &numbers, member, fault);
		if (read_extension(tar, (char)header.type, numbers.size, fault) < 0)
			return -1;
	}
}

ssize_t tar_read(struct tar *tar, const void **bytes, const char **fault)
{
	int more;
	size_t part;

	*fault = NULL;
	if (tar->data == 0)
		return 0;
	more = fill(tar, fault);
	if (more <= 0)
		return more < 0 ? -1 : refuse(fault, truncated);
	part = tar->length < tar->data ? tar->length : (size_t)tar->data;
	*bytes = tar->bytes;
	take(tar, part);
	tar->data -= part;
	return (ssize_t)part;
}

char *tar_name(struct pool *pool, const char *name)
{
	char *copy = pool_string(pool, name);
	size_t length;

	while (copy[0] == '.' && copy[1] == '/')
		copy += 1 + strspn(copy + 1, "/");
	length = strlen(copy);
	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	return copy;
}
