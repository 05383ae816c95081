/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a tar strictly: what other readers might understand differently is refused. */
#include "unpack/tar.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/pool.h"
#include "unpack/pax.h"

#define BLOCK 512
#define NAME 100
#define PREFIX 155

/* POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar has other fields after version. */
struct header {
	unsigned char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	unsigned char target[NAME], magic[6], version[2], user[32], group[32];
	unsigned char device_major[8], device_minor[8], prefix[PREFIX], unused[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

struct tar {
	struct tar_source source;
	const unsigned char *bytes;	/* that were read and not taken yet */
	size_t length;
	uint64_t position;		/* of bytes in the archive */
	uint64_t data;			/* bytes of the member that were not taken yet */
	uint64_t padding;		/* bytes after them, to the next block */
	struct pax pax;			/* what extended headers say about the next member */
	bool extended;			/* one of them was a pax header */
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

/* GNU tar's form of a number that is too large for octal digits: marked two's complement. */
static bool read_binary(const unsigned char *field, size_t width, int64_t *value)
{
	const bool negative = field[0] & 0x40;
	uint64_t result = negative ? UINT64_MAX : 0;

	for (size_t i = 0; i < width; i++) {
		uint64_t byte = i > 0 ? field[i] : negative ? field[0] : field[0] & 0x7f;

		if (result >> 55 != (negative ? UINT64_MAX >> 55 : 0))
			return false;
		result = result << 8 | byte;
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
	return field[0] & 0x80 ? read_binary(field, width, value) : read_octal(field, width, value);
}

static bool read_positive(const unsigned char *field, size_t width, uint64_t *value)
{
	int64_t number;

	if (!read_number(field, width, &number) || number < 0)
		return false;
	*value = (uint64_t)number;
	return true;
}

/* The sum of all bytes, in which the field of the sum counts as blanks. */
static bool has_checksum(const struct header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	uint64_t sum = sizeof header->checksum * ' ', stated;

	for (size_t i = 0; i < sizeof *header; i++)
		sum += bytes[i];
	for (size_t i = 0; i < sizeof header->checksum; i++)
		sum -= header->checksum[i];
	return read_positive(header->checksum, sizeof header->checksum, &stated) && stated == sum;
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
	if (strlen(text) + 1 < length)
		return "a long name has a NUL byte";
	*into = text;
	return NULL;
}

static int read_extension(struct tar *tar, const struct header *header, const char **fault)
{
	uint64_t size;
	char *text;
	int more;

	if (!read_positive(header->size, sizeof header->size, &size))
		return refuse(fault, "a header has a malformed number");
	if (size > LIMIT_TAR_EXTENSION_BYTES)
		return refuse(fault, "an extended header is too large");
	text = pool_new(&tar->pool, (size_t)size + 1, 1);
	more = size > 0 ? copy(tar, text, (size_t)size, fault) : 1;
	if (more <= 0)
		return more < 0 ? -1 : refuse(fault, truncated);
	if (skip(tar, -size % BLOCK, fault) < 0)
		return -1;
	if (header->type == 'L') {
		*fault = take_long(&tar->pax.name, text, (size_t)size);
	} else if (header->type == 'K') {
		*fault = take_long(&tar->pax.target, text, (size_t)size);
	} else if (header->type == 'g') {
		*fault = take_global(text, (size_t)size);
	} else if (tar->extended || tar->pax.name || tar->pax.target) {
		*fault = "a member has two extended headers";
	} else {
		tar->extended = true;
		*fault = pax_parse(&tar->pax, text, (size_t)size);
	}
	return *fault ? -1 : 0;
}

/* ---- members ---- */

static void read_names(struct tar *tar, const struct header *header, struct tar_member *member)
{
	tar->name[0] = tar->target[0] = '\0';
	if (memcmp(header->magic, "ustar", 6) == 0 && header->prefix[0] != '\0') {
		add_field(tar->name, header->prefix, sizeof header->prefix);
		add_field(tar->name, (const unsigned char *)"/", 1);
	}
	add_field(tar->name, header->name, sizeof header->name);
	add_field(tar->target, header->target, sizeof header->target);
	member->name = tar->pax.name ? tar->pax.name : tar->name;
	member->target = tar->pax.target ? tar->pax.target : tar->target;
	if (member->type != TAR_HARD_LINK && member->type != TAR_SYMLINK)
		member->target = "";
}

static bool read_numbers(const struct header *header, struct tar_member *member)
{
	uint64_t mode;

	if (!read_positive(header->mode, sizeof header->mode, &mode)
	    || !read_positive(header->uid, sizeof header->uid, &member->uid)
	    || !read_positive(header->gid, sizeof header->gid, &member->gid)
	    || !read_positive(header->size, sizeof header->size, &member->size)
	    || !read_number(header->mtime, sizeof header->mtime, &member->mtime))
		return false;
	member->mode = mode & 07777;
	if (member->type != TAR_CHARACTER && member->type != TAR_BLOCK)
		return true;
	return read_positive(header->device_major, sizeof header->device_major,
			     &member->device_major)
	       && read_positive(header->device_minor, sizeof header->device_minor,
				&member->device_minor);
}

/* Fills member from its header and the extended headers before it. */
static int describe(struct tar *tar, const struct header *header, struct tar_member *member,
		    const char **fault)
{
	static const char types[] = "0123456";		/* in the order of enum tar_type */
	const bool is_file = header->type == '\0' || header->type == '7';
	const char *type = strchr(types, is_file ? '0' : header->type);
	const struct pax *pax = &tar->pax;
	size_t length;

	if (!type)
		return refuse(fault, header->type == 'S' ? "a member is sparse"
							 : "a member is of an unknown type");
	*member = (struct tar_member){
		.type = (enum tar_type)(type - types),
		.attributes = pax->attributes, .attribute_count = pax->attribute_count,
	};
	if (!read_numbers(header, member))
		return refuse(fault, "a header has a malformed number");
	read_names(tar, header, member);
	if (pax->has_size)
		member->size = (uint64_t)pax->size;
	if (pax->has_uid)
		member->uid = (uint64_t)pax->uid;
	if (pax->has_gid)
		member->gid = (uint64_t)pax->gid;
	if (pax->has_mtime) {
		member->mtime = pax->mtime;
		member->nanoseconds = pax->nanoseconds;
	}
	length = strlen(member->name);
	if (length > LIMIT_NAME_BYTES || strlen(member->target) > LIMIT_NAME_BYTES)
		return refuse(fault, "a name is too long");
	/* Before POSIX a directory was a file whose name ends in a slash. */
	if (member->type == TAR_FILE && length > 0 && member->name[length - 1] == '/')
		member->type = TAR_DIRECTORY;
	/* Some readers skip as many bytes, others do not. */
	if (member->type != TAR_FILE && member->size > 0)
		return refuse(fault, "a member other than a file has a size");
	member->offset = tar->position;
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
	if (tar->extended || tar->pax.name || tar->pax.target)
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

	*fault = NULL;
	if (skip(tar, tar->data, fault) < 0 || skip(tar, tar->padding, fault) < 0)
		return -1;
	tar->data = tar->padding = 0;
	pax_free(&tar->pax);
	tar->extended = false;
	pool_free(&tar->pool);
	for (;;) {
		int more = copy(tar, &header, sizeof header, fault);

		if (more <= 0)
			return more < 0 ? -1 : refuse(fault, truncated);
		if (is_zero((const unsigned char *)&header, sizeof header))
			return read_end(tar, fault);
		if (!has_checksum(&header))
			return refuse(fault, "a header has a wrong checksum");
		if (header.type == '\0' || !strchr("xgLK", header.type))
			return describe(tar, &header, member, fault);
		if (read_extension(tar, &header, fault) < 0)
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
