/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the build information that Go's linker writes into programs. */
#include "unpack/buildinfo.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"

#define NO_GO "it has no Go build information"
#define DAMAGED "its Go build information is damaged"

/* Where the information is in the file, and where it would be in memory. */
struct range {
	const struct content *content;
	uint64_t offset, size, address;
};

/* One reading. */
struct reading {
	struct buildinfo *info;
	struct range range;
	struct pool *pool;
	const char *fault;
	bool failed;		/* the file could not be read; errno is set */
};

static bool refuse(struct reading *reading, const char *fault)
{
	reading->fault = fault;
	return false;
}

/* A number of up to 8 bytes. */
static uint64_t number(const uint8_t *bytes, size_t count, bool big_endian)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[big_endian ? i : count - 1 - i];
	return value;
}

/* Whether length bytes at offset are all in the first size bytes. */
static bool is_within(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

/* Reads all of length bytes at an offset of the file. */
static bool read_file(struct reading *reading, void *bytes, size_t length, uint64_t offset)
{
	size_t have = 0;

	if (!is_within(offset, length, reading->range.content->size))
		return refuse(reading, NO_GO);
	while (have < length) {
		const ssize_t got = content_read(reading->range.content, (char *)bytes + have,
						 length - have, offset + have);

		if (got < 0)
			reading->failed = true;
		if (got <= 0)
			return refuse(reading, NO_GO);
		have += (size_t)got;
	}
	return true;
}

/* The same in the range. */
static bool read_range(struct reading *reading, void *bytes, size_t length, uint64_t offset)
{
	if (!is_within(offset, length, reading->range.size))
		return refuse(reading, DAMAGED);
	return read_file(reading, bytes, length, reading->range.offset + offset);
}

/* ---- the two formats of programs ---- */

/* Offsets in the two ELF classes (System V gABI, chapter 4). */
struct layout {
	size_t word, header, e_shoff, e_shentsize, e_shnum, e_shstrndx;
	size_t section, sh_addr, sh_offset, sh_size;
};

#define LAYOUT(bits) { \
	(bits) / 8, sizeof(Elf##bits##_Ehdr), offsetof(Elf##bits##_Ehdr, e_shoff), \
	offsetof(Elf##bits##_Ehdr, e_shentsize), offsetof(Elf##bits##_Ehdr, e_shnum), \
	offsetof(Elf##bits##_Ehdr, e_shstrndx), sizeof(Elf##bits##_Shdr), \
	offsetof(Elf##bits##_Shdr, sh_addr), offsetof(Elf##bits##_Shdr, sh_offset), \
	offsetof(Elf##bits##_Shdr, sh_size) }

#define SECTION_TYPE 4		/* of both classes: the offset of sh_type; sh_name is at 0 */

/* Finds the section .go.buildinfo. */
static bool find_elf(struct reading *reading, const uint8_t *head)
{
	static const struct layout layouts[] = { LAYOUT(32), LAYOUT(64) };
	static const char wanted[] = ".go.buildinfo";
	const struct layout *layout = &layouts[head[EI_CLASS] == ELFCLASS64];
	const size_t word = layout->word;
	const bool big = head[EI_DATA] == ELFDATA2MSB;
	uint8_t header[sizeof(Elf64_Ehdr)], section[sizeof(Elf64_Shdr)];
	uint64_t table, count, names, names_size;

	if (!read_file(reading, header, layout->header, 0))
		return false;
	table = number(header + layout->e_shoff, word, big);
	count = number(header + layout->e_shnum, 2, big);
	names = number(header + layout->e_shstrndx, 2, big);
	if (number(header + layout->e_shentsize, 2, big) != layout->section || names >= count
	    || count > LIMIT_SECTIONS || table > reading->range.content->size
	    || !read_file(reading, section, layout->section, table + names * layout->section))
		return refuse(reading, NO_GO);
	names = number(section + layout->sh_offset, word, big);
	names_size = number(section + layout->sh_size, word, big);
	for (uint64_t i = 0; i < count; i++) {
		struct range *range = &reading->range;
		char name[sizeof wanted];
		uint64_t at;

		if (!read_file(reading, section, layout->section, table + i * layout->section))
			return false;
		at = number(section, 4, big);
		if (number(section + SECTION_TYPE, 4, big) != SHT_PROGBITS
		    || !is_within(at, sizeof name, names_size)
		    || !is_within(names, names_size, range->content->size))
			continue;
		if (!read_file(reading, name, sizeof name, names + at))
			return false;
		if (memcmp(name, wanted, sizeof name) != 0)
			continue;
		range->address = number(section + layout->sh_addr, word, big);
		range->offset = number(section + layout->sh_offset, word, big);
		range->size = number(section + layout->sh_size, word, big);
		return true;
	}
	return refuse(reading, NO_GO);
}

/* PE/COFF specification: offsets and values. */
enum {
	PE_AT = 0x3c,			/* of the signature (section 3.1) */
	PE_SECTIONS = 6,		/* from there: section 3.3 */
	PE_OPTIONAL_BYTES = 20,
	PE_OPTIONAL = 24,
	PE_SECTION_BYTES = 40,		/* section 4 */
	PE_VIRTUAL_SIZE = 8,
	PE_VIRTUAL_ADDRESS = 12,
	PE_RAW_BYTES = 16,
	PE_RAW = 20,
	PE_FLAGS = 36
};
#define PE_ALIGNMENT 0x00600000U	/* bits that Go does not look at */
#define PE_DATA 0xc0000040U		/* initialised, read and written */

/* Finds the first section of data that can be written, in which the information is. */
static bool find_pe(struct reading *reading)
{
	uint8_t at[4], header[PE_OPTIONAL], section[PE_SECTION_BYTES];
	uint64_t first, count;

	if (!read_file(reading, at, sizeof at, PE_AT))
		return false;
	first = number(at, sizeof at, false);
	if (!read_file(reading, header, sizeof header, first))
		return false;
	if (memcmp(header, "PE\0", 4) != 0)
		return refuse(reading, NO_GO);
	first += PE_OPTIONAL + number(header + PE_OPTIONAL_BYTES, 2, false);
	count = number(header + PE_SECTIONS, 2, false);
	if (count > LIMIT_SECTIONS)
		return refuse(reading, NO_GO);
	for (uint64_t i = 0; i < count; i++) {
		struct range *range = &reading->range;
		uint64_t virtual;

		if (!read_file(reading, section, sizeof section, first + i * PE_SECTION_BYTES))
			return false;
		range->address = number(section + PE_VIRTUAL_ADDRESS, 4, false);
		range->offset = number(section + PE_RAW, 4, false);
		range->size = number(section + PE_RAW_BYTES, 4, false);
		virtual = number(section + PE_VIRTUAL_SIZE, 4, false);
		if (range->address == 0 || range->size == 0
		    || (number(section + PE_FLAGS, 4, false) & ~(uint64_t)PE_ALIGNMENT) != PE_DATA)
			continue;
		if (virtual < range->size)
			range->size = virtual;
		return true;
	}
	return refuse(reading, NO_GO);
}

/* ---- the information ---- */

#define MAGIC "\xff Go buildinf:"
enum {
	MAGIC_BYTES = 14,
	ALIGNMENT = 16,
	FLAGS_AT = 15,
	INLINE = 2,		/* the strings follow the header, since Go 1.18 */
	HEADER_BYTES = 32,
	FRAME_BYTES = 16,	/* before and after the text of modules */
	UVARINT_BYTES = 10
};

/* Finds the header, at a multiple of ALIGNMENT in memory. */
static bool find_header(struct reading *reading, uint64_t *at)
{
	const struct range *range = &reading->range;
	uint8_t block[4096];

	if (!is_within(range->offset, range->size, range->content->size))
		return refuse(reading, NO_GO);
	for (*at = -range->address % ALIGNMENT; *at < range->size; *at += sizeof block) {
		const uint64_t left = range->size - *at;
		const size_t length = left < sizeof block ? (size_t)left : sizeof block;

		if (!read_range(reading, block, length, *at))
			return false;
		for (size_t i = 0; i + MAGIC_BYTES <= length; i += ALIGNMENT)
			if (memcmp(block + i, MAGIC, MAGIC_BYTES) == 0) {
				*at += i;
				return true;
			}
	}
	return refuse(reading, NO_GO);
}

/* Reads a string: its length as an unsigned varint (Go's encoding/binary), and its bytes. */
static char *read_string(struct reading *reading, uint64_t *at, size_t maximum, size_t *length)
{
	const uint64_t left = reading->range.size - *at;
	const size_t most = left < UVARINT_BYTES ? (size_t)left : UVARINT_BYTES;
	uint8_t bytes[UVARINT_BYTES];
	uint64_t value = 0;
	size_t used = 0;
	char *string;

	if (!read_range(reading, bytes, most, *at))
		return NULL;
	do {
		/* The tenth byte has room for the last bit of 64. */
		if (used == most || (used == UVARINT_BYTES - 1 && bytes[used] > 1)) {
			refuse(reading, DAMAGED);
			return NULL;
		}
		value |= (uint64_t)(bytes[used] & 0x7f) << (7 * used);
	} while (bytes[used++] & 0x80);
	*at += used;
	if (!is_within(*at, value, reading->range.size)) {
		refuse(reading, DAMAGED);
		return NULL;
	}
	if (value > maximum) {
		refuse(reading, "its Go build information is too long");
		return NULL;
	}
	*length = (size_t)value;
	string = pool_new(reading->pool, *length + 1, 1);
	if (!read_range(reading, string, *length, *at))
		return NULL;
	*at += *length;
	return string;
}

/* ---- the text of modules ---- */

#define DIGITS "0123456789"
#define ALNUM DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is_of(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

static bool is_visible(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* golang.org/ref/mod, "Module paths", and what Go calls packages that are in no module. */
static bool is_module_path(const char *path)
{
	return *path && strlen(path) <= LIMIT_MODULE_BYTES && *path != '/'
	       && path[strlen(path) - 1] != '/' && !strstr(path, "//")
	       && is_of(path, ALNUM "-._~+/");
}

static bool is_version(const char *version)
{
	return *version == '\0' || strcmp(version, "(devel)") == 0
	       || (version[0] == 'v' && version[1] && strchr(DIGITS, version[1])
		   && strlen(version) <= LIMIT_MODULE_BYTES && is_of(version, ALNUM ".-+"));
}

/* "h1:" and the base64 of 32 bytes (golang.org/ref/mod, "go.sum files"). */
static bool is_sum(const char *sum)
{
	return *sum == '\0' || (strncmp(sum, "h1:", 3) == 0 && strlen(sum) == 47 && sum[46] == '='
				&& strspn(sum + 3, ALNUM "+/") == 43);
}

/* Takes a module's columns: path, version and perhaps sum. */
static bool take_module(struct reading *reading, char *line, struct buildinfo_module *module,
			bool replaces)
{
	char *column = line;

	*module = (struct buildinfo_module){ .path = strsep(&column, "\t"), .sum = "" };
	module->version = strsep(&column, "\t");
	if (module->version && column)
		module->sum = strsep(&column, "\t");
	if (!module->version || column || !is_version(module->version) || !is_sum(module->sum))
		return refuse(reading, DAMAGED);
	/* A directory stands for a module, too, and has any name. */
	if (replaces ? !*module->path || !is_visible(module->path)
		       || strlen(module->path) > LIMIT_MODULE_BYTES
		     : !is_module_path(module->path))
		return refuse(reading, DAMAGED);
	return true;
}

/* Takes "KEY=VALUE"; Go quotes either if it has blanks or quotes. */
static bool take_setting(struct reading *reading, const char *line)
{
	struct buildinfo *info = reading->info;

	if (info->setting_count == LIMIT_BUILD_SETTINGS)
		return refuse(reading, "its Go build information has too many settings");
	if (*line == '=' || !strchr(line, '='))
		return refuse(reading, DAMAGED);
	info->settings[info->setting_count++] = line;
	return true;
}

static bool take_line(struct reading *reading, char *line, struct buildinfo_module **last)
{
	struct buildinfo *info = reading->info;
	char *rest = line;
	const char *word = strsep(&rest, "\t");

	for (const char *at = line; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\x7f')
			return refuse(reading, DAMAGED);
	for (const char *at = rest; at && *at; at++)
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == '\x7f')
			return refuse(reading, DAMAGED);
	if (!rest)
		return true;	/* of a later Go */
	if (strcmp(word, "path") == 0) {
		info->path = rest;
		return *info->path == '\0' || is_module_path(rest) || refuse(reading, DAMAGED);
	}
	if (strcmp(word, "build") == 0)
		return take_setting(reading, rest);
	if (strcmp(word, "=>") == 0) {
		if (!*last)
			return refuse(reading, DAMAGED);
		(*last)->replacement = pool_new(reading->pool, 1, sizeof *(*last)->replacement);
		rest = take_module(reading, rest, (*last)->replacement, true) ? rest : NULL;
		*last = NULL;
		return rest;
	}
	if (strcmp(word, "mod") == 0)
		*last = &info->main;
	else if (strcmp(word, "dep") != 0)
		return true;
	else if (info->module_count == LIMIT_MODULES)
		return refuse(reading, "its Go build information has too many modules");
	else
		*last = &info->modules[info->module_count++];
	return (*last)->path ? refuse(reading, DAMAGED)
			     : take_module(reading, rest, *last, false);
}

/* Takes the text between the frames, line by line. */
static bool take_text(struct reading *reading, char *text)
{
	struct buildinfo *info = reading->info;
	struct buildinfo_module *last = NULL;
	size_t lines = 0;
	char *line;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	if (lines > LIMIT_MODULES + LIMIT_BUILD_SETTINGS + LIMIT_MODULES)
		return refuse(reading, "its Go build information has too many lines");
	info->modules = pool_new(reading->pool, lines + 1, sizeof *info->modules);
	info->settings = pool_new(reading->pool, lines + 1, sizeof *info->settings);
	while ((line = strsep(&text, "\n")))
		if (*line && !take_line(reading, line, &last))
			return false;
	return true;
}

/* Reads the two strings behind the header. */
static bool take(struct reading *reading)
{
	struct buildinfo *info = reading->info;
	uint8_t header[HEADER_BYTES];
	size_t length;
	uint64_t at;
	char *text;

	if (!find_header(reading, &at) || !read_range(reading, header, sizeof header, at))
		return false;
	if (!(header[FLAGS_AT] & INLINE))
		return refuse(reading, "its build information is of a Go before 1.18");
	at += sizeof header;
	text = read_string(reading, &at, LIMIT_MODULE_BYTES, &length);
	if (!text)
		return false;
	info->go = text;
	if (length == 0 || strlen(text) != length || !is_visible(text))
		return refuse(reading, DAMAGED);
	text = read_string(reading, &at, LIMIT_BUILDINFO_BYTES, &length);
	if (!text)
		return false;
	/* A program that was built without modules has no text, only a version. */
	if (length <= 2 * FRAME_BYTES || text[length - FRAME_BYTES - 1] != '\n')
		return length == 0 || refuse(reading, DAMAGED);
	text[length - FRAME_BYTES] = '\0';
	text += FRAME_BYTES;
	length -= 2 * FRAME_BYTES;
	return strlen(text) == length ? take_text(reading, text) : refuse(reading, DAMAGED);
}

bool buildinfo_is_program(const void *head, size_t length)
{
	return length >= EI_NIDENT
	       && (memcmp(head, ELFMAG, SELFMAG) == 0 || memcmp(head, "MZ", 2) == 0);
}

int buildinfo_read(struct buildinfo *info, const struct content *content, const char *name,
		   struct pool *pool, struct error *err)
{
	struct reading reading = { .info = info, .range.content = content, .pool = pool };
	uint8_t head[EI_NIDENT];
	bool read;

	*info = (struct buildinfo){ .path = "" };
	read = read_file(&reading, head, sizeof head, 0);
	if (read && !buildinfo_is_program(head, sizeof head))
		read = refuse(&reading, "it is neither an ELF file nor a Windows program");
	if (read)
		read = head[0] == 'M' ? find_pe(&reading) : find_elf(&reading, head);
	if (read)
		read = take(&reading);
	if (reading.failed)
		return error_errno(err, STATUS_FILE, "cannot read program '%s'", name);
	if (!read)
		*info = (struct buildinfo){ .fault = reading.fault, .path = "" };
	return 0;
}
