#include "tar.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "memory.h"
#include "pool.h"

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

/* What extended headers say of the member that follows. */
struct extension {
	char *name, *target;
	bool pax, has_size, has_uid, has_gid, has_mtime;
	int64_t size, uid, gid, mtime;
	uint32_t nanoseconds, attributes;
};

struct tar {
	struct tar_source source;
	const unsigned char *bytes;	/* were read and not taken yet */
	size_t length;
	uint64_t position;		/* of bytes in the archive */
	uint64_t data;			/* bytes of the member that were not taken yet */
	uint64_t padding;		/* behind them */
	struct extension extension;
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
	pool_free(&tar->pool);
	free(tar);
}

static int refuse(const char **fault, const char *reason)
{
	*fault = reason;
	return -1;
}

/* ---- bytes ---- */

/* Sees to it that there are bytes: 1, 0 at the end, or -1. */
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

/* GNU tar's form of a number that octal digits have no room for: two's complement, marked. */
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

/* Octal digits, perhaps after blanks, ended by a blank, a NUL or the field. None are 0. */
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

/* The sum of all bytes, with blanks in the place of the sum itself. */
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

/* Takes a record of a pax header; an empty value stands for the header's own. */
static const char *take_record(struct extension *extension, char *key, char *value)
{
	const bool empty = *value == '\0';
	bool good = true;

	if (strcmp(key, "path") == 0)
		extension->name = empty ? NULL : value;
	else if (strcmp(key, "linkpath") == 0)
		extension->target = empty ? NULL : value;
	else if (strcmp(key, "size") == 0)
		extension->has_size = !empty && (good = read_whole(value, &extension->size));
	else if (strcmp(key, "uid") == 0)
		extension->has_uid = !empty && (good = read_whole(value, &extension->uid));
	else if (strcmp(key, "gid") == 0)
		extension->has_gid = !empty && (good = read_whole(value, &extension->gid));
	else if (strcmp(key, "mtime") == 0)
		extension->has_mtime = !empty && (good = read_time(value, &extension->mtime,
								   &extension->nanoseconds));
	else if (begins(key, "GNU.sparse."))
		return "a member is sparse";
	else if (begins(key, "SCHILY.xattr.") || begins(key, "LIBARCHIVE.xattr."))
		extension->attributes += !empty;
	return good ? NULL : "a pax header has a malformed number";
}

/* A global header must not say what would change the members. */
static const char *take_global_record(const char *key)
{
	static const char *const keys[] = { "path", "linkpath", "size", "uid", "gid", "mtime" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(key, keys[i]) == 0)
			return "a global pax header changes its members";
	return begins(key, "GNU.sparse.") || begins(key, "SCHILY.xattr.")
	       || begins(key, "LIBARCHIVE.xattr.") ? "a global pax header changes its members" : NULL;
}

/* Names end at a NUL; only the values of extended attributes may hold one. */
static bool is_text(const char *key, const char *value, size_t length)
{
	return !memchr(value, '\0', length) || begins(key, "SCHILY.xattr.");
}

/* Reads the records "<length> <key>=<value>\n" of a pax header. */
static const char *take_records(struct tar *tar, char *text, size_t length, bool global)
{
	static const char malformed[] = "a pax header is malformed";

	while (length > 0) {
		const char *at = text;
		int64_t size;
		char *key, *value;
		const char *fault;

		if (!read_decimal(&at, &size) || *at != ' ' || size < 5 || (uint64_t)size > length
		    || text[size - 1] != '\n')
			return malformed;
		key = text + (at - text) + 1;
		text[size - 1] = '\0';
		value = key < text + size ? strchr(key, '=') : NULL;
		if (!value || value == key)
			return malformed;
		*value++ = '\0';
		if (!is_text(key, value, (size_t)(text + size - 1 - value)))
			return malformed;
		fault = global ? take_global_record(key) : take_record(&tar->extension, key, value);
		if (fault)
			return fault;
		text += size;
		length -= (size_t)size;
	}
	return NULL;
}

/* Takes GNU tar's long name, which ends in a NUL. */
static const char *take_long(char **into, char *text, size_t length)
{
	if (*into)
		return "a member has two long names";
	if (strlen(text) + 1 < length)
		return "a long name has a NUL byte";
	*into = text;
	return NULL;
}

static const char *take_extension(struct tar *tar, unsigned char type, char *text, size_t length)
{
	struct extension *extension = &tar->extension;

	switch (type) {
	case 'L':
		return take_long(&extension->name, text, length);
	case 'K':
		return take_long(&extension->target, text, length);
	case 'g':
		return take_records(tar, text, length, true);
	}
	if (extension->pax || extension->name || extension->target)
		return "a member has two extended headers";
	extension->pax = true;
	return take_records(tar, text, length, false);
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
	*fault = take_extension(tar, header->type, text, (size_t)size);
	return *fault ? -1 : 0;
}

/* ---- members ---- */

static bool read_type(struct tar_member *member, unsigned char type)
{
	static const char types[] = "0123456";
	const char *found;

	if (type == '\0' || type == '7')
		type = '0';
	found = strchr(types, type);
	if (!found)
		return false;
	member->type = (enum tar_type)(found - types);
	return true;
}

static void read_names(struct tar *tar, const struct header *header, struct tar_member *member)
{
	tar->name[0] = tar->target[0] = '\0';
	if (memcmp(header->magic, "ustar", 6) == 0 && header->prefix[0] != '\0') {
		add_field(tar->name, header->prefix, sizeof header->prefix);
		add_field(tar->name, (const unsigned char *)"/", 1);
	}
	add_field(tar->name, header->name, sizeof header->name);
	add_field(tar->target, header->target, sizeof header->target);
	member->name = tar->extension.name ? tar->extension.name : tar->name;
	member->target = tar->extension.target ? tar->extension.target : tar->target;
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

static void extend(const struct extension *extension, struct tar_member *member)
{
	if (extension->has_size)
		member->size = (uint64_t)extension->size;
	if (extension->has_uid)
		member->uid = (uint64_t)extension->uid;
	if (extension->has_gid)
		member->gid = (uint64_t)extension->gid;
	if (extension->has_mtime) {
		member->mtime = extension->mtime;
		member->nanoseconds = extension->nanoseconds;
	}
	member->attributes = extension->attributes;
}

static int describe(struct tar *tar, const struct header *header, struct tar_member *member,
		    const char **fault)
{
	size_t length;

	*member = (struct tar_member){ 0 };
	if (!read_type(member, header->type))
		return refuse(fault, header->type == 'S' ? "a member is sparse"
							 : "a member is of an unknown type");
	if (!read_numbers(header, member))
		return refuse(fault, "a header has a malformed number");
	read_names(tar, header, member);
	extend(&tar->extension, member);
	length = strlen(member->name);
	if (length > LIMIT_NAME_BYTES || strlen(member->target) > LIMIT_NAME_BYTES)
		return refuse(fault, "a name is too long");
	/* Before POSIX only the slash told a directory. */
	if (member->type == TAR_FILE && length > 0 && member->name[length - 1] == '/')
		member->type = TAR_DIRECTORY;
	/* Some readers pass over the bytes that are announced, others do not. */
	if (member->type != TAR_FILE && member->size > 0)
		return refuse(fault, "a member that is no file has a size");
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
		return refuse(fault, "a block of zeros stands between its members");
	if (tar->extension.pax || tar->extension.name || tar->extension.target)
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
	tar->extension = (struct extension){ .name = NULL };
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
