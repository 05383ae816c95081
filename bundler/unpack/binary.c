/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that a file is a static program for a platform, from its ELF or PE headers. */
#include "unpack/binary.h"

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/limits.h"

/* The file, and its first bytes, which hold all headers that we read. */
struct program {
	const struct content *content;
	const struct platform *platform;
	uint8_t head[8192];
	size_t length;		/* of head */
};

/* A number of 2, 4 or 8 bytes in the platform's byte order. */
static uint64_t number(const struct platform *platform, const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[platform->big_endian ? i : count - 1 - i];
	return value;
}

/* The number at an offset that the caller has checked to be in the head. */
static uint64_t field(const struct program *program, uint64_t offset, size_t count)
{
	return number(program->platform, program->head + offset, count);
}

/* Whether length bytes at offset are all in the first size bytes. */
static bool is_within(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

static bool begins_with(const struct program *program, const char *bytes, size_t length)
{
	return program->length >= length && memcmp(program->head, bytes, length) == 0;
}

/* Says what kind of file it is instead of a program of the platform. */
static const char *other_file(const struct program *program)
{
	if (begins_with(program, "#!", 2))
		return "it is a script";
	if (begins_with(program, "<", 1))
		return "it looks like an HTML page";
	if (begins_with(program, ELFMAG, SELFMAG))
		return "it is an ELF file";
	if (begins_with(program, "MZ", 2))
		return "it is a Windows program";
	return "it is not a program";
}

/* Offsets of the fields in the two ELF classes. */
struct elf_layout {
	size_t word;		/* bytes of an address, an offset and a tag */
	size_t header, e_entry, e_phoff, e_phentsize, e_phnum;
	size_t segment, p_flags, p_offset, p_vaddr, p_filesz;
};

#define LAYOUT(bits) { \
	(bits) / 8, sizeof(Elf##bits##_Ehdr), offsetof(Elf##bits##_Ehdr, e_entry), \
	offsetof(Elf##bits##_Ehdr, e_phoff), offsetof(Elf##bits##_Ehdr, e_phentsize), \
	offsetof(Elf##bits##_Ehdr, e_phnum), sizeof(Elf##bits##_Phdr), \
	offsetof(Elf##bits##_Phdr, p_flags), offsetof(Elf##bits##_Phdr, p_offset), \
	offsetof(Elf##bits##_Phdr, p_vaddr), offsetof(Elf##bits##_Phdr, p_filesz) }

static const struct elf_layout elf32 = LAYOUT(32), elf64 = LAYOUT(64);

/* A static PIE has a dynamic section, too, but no DT_NEEDED in it. */
static const char *dynamic_fault(const struct program *program, const struct elf_layout *layout,
				 uint64_t offset, uint64_t length)
{
	uint8_t entry[sizeof(Elf64_Dyn)];
	const size_t bytes = 2 * layout->word;

	for (uint64_t i = 0; i < length / bytes && i < LIMIT_DYNAMIC_ENTRIES; i++) {
		uint64_t tag;

		if (content_read(program->content, entry, bytes, offset + i * bytes)
		    != (ssize_t)bytes)
			break;
		tag = number(program->platform, entry, layout->word);
		if (tag == DT_NULL)
			return NULL;
		if (tag == DT_NEEDED)
			return "it is dynamically linked";
	}
	return "its dynamic section has no end";
}

/* What is wrong with the program headers, or NULL. */
static const char *segments_fault(const struct program *program, const struct elf_layout *layout)
{
	const uint64_t first = field(program, layout->e_phoff, layout->word);
	const uint64_t entry = field(program, layout->e_entry, layout->word);
	const uint64_t count = field(program, layout->e_phnum, 2);
	bool started = false;

	if (field(program, layout->e_phentsize, 2) != layout->segment)
		return "its program headers have a wrong size";
	if (count == 0 || count > LIMIT_PROGRAM_HEADERS)
		return "it has no program headers, or too many";
	if (!is_within(first, count * layout->segment, program->length))
		return "its program headers are not at its beginning";
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t at = first + i * layout->segment;
		const uint64_t type = field(program, at, 4);
		const uint64_t offset = field(program, at + layout->p_offset, layout->word);
		const uint64_t address = field(program, at + layout->p_vaddr, layout->word);
		const uint64_t length = field(program, at + layout->p_filesz, layout->word);
		const char *fault = NULL;

		if (type == PT_INTERP)
			return "it is dynamically linked";
		if (!is_within(offset, length, program->content->size))
			return "it is truncated";
		if (type == PT_LOAD && field(program, at + layout->p_flags, 4) & PF_X
		    && entry >= address && entry - address < length)
			started = true;
		if (type == PT_DYNAMIC)
			fault = dynamic_fault(program, layout, offset, length);
		if (fault)
			return fault;
	}
	return started ? NULL : "its entry point is not in its code";
}

/* Class, byte order and machine: at the same offsets in both classes. */
static bool is_for_machine(const struct platform *platform, const uint8_t *head)
{
	return head[EI_CLASS] == (platform->bits == 64 ? ELFCLASS64 : ELFCLASS32)
	       && head[EI_DATA] == (platform->big_endian ? ELFDATA2MSB : ELFDATA2LSB)
	       && number(platform, head + offsetof(Elf64_Ehdr, e_machine), 2) == platform->machine;
}

static const char *elf_fault(const struct program *program)
{
	const struct platform *platform = program->platform;
	const struct elf_layout *layout = platform->bits == 64 ? &elf64 : &elf32;
	uint64_t type;

	if (!begins_with(program, ELFMAG, SELFMAG))
		return other_file(program);
	if (program->length < layout->header)
		return "it is truncated";
	if (!is_for_machine(platform, program->head))
		return "it is for another machine";
	type = field(program, offsetof(Elf64_Ehdr, e_type), 2);
	if (type != ET_EXEC && type != ET_DYN)
		return "it is not an executable";
	return segments_fault(program, layout);
}

/* PE/COFF specification: offsets from the signature (section 3.2), and values. */
enum {
	PE_AT = 0x3c,			/* in the MS-DOS stub: of the signature (section 3.1) */
	PE_MACHINE = 4,			/* section 3.3 */
	PE_SECTIONS = 6,
	PE_OPTIONAL_BYTES = 20,
	PE_CHARACTERISTICS = 22,
	PE_OPTIONAL = 24,		/* section 3.4 */
	PE_EXECUTABLE = 0x0002,
	PE_DLL = 0x2000,
	PE_MAGIC_64 = 0x20b,
	PE_SECTION_BYTES = 40,		/* section 4 */
	PE_RAW_BYTES = 16,
	PE_RAW = 20
};

static const char *pe_fault(const struct program *program)
{
	uint64_t at, flags, first, count;

	if (!begins_with(program, "MZ", 2))
		return other_file(program);
	if (program->length < PE_AT + 4)
		return "it is truncated";
	at = field(program, PE_AT, 4);
	if (!is_within(at, PE_OPTIONAL + 2, program->length)
	    || memcmp(program->head + at, "PE\0", 4) != 0)
		return "it has no PE header";
	if (field(program, at + PE_MACHINE, 2) != program->platform->machine)
		return "it is for another machine";
	flags = field(program, at + PE_CHARACTERISTICS, 2);
	if (!(flags & PE_EXECUTABLE) || flags & PE_DLL
	    || field(program, at + PE_OPTIONAL, 2) != PE_MAGIC_64)
		return "it is not an executable";
	first = at + PE_OPTIONAL + field(program, at + PE_OPTIONAL_BYTES, 2);
	count = field(program, at + PE_SECTIONS, 2);
	if (!is_within(first, count * PE_SECTION_BYTES, program->length))
		return "its section headers are not at its beginning";
	for (at = first; count > 0; count--, at += PE_SECTION_BYTES)
		if (!is_within(field(program, at + PE_RAW, 4), field(program, at + PE_RAW_BYTES, 4),
			       program->content->size))
			return "it is truncated";
	return NULL;
}

int binary_check(const struct content *content, const struct platform *platform, const char *name,
		 struct error *err)
{
	struct program program = { .content = content, .platform = platform };
	ssize_t got = content_read(content, program.head, sizeof program.head, 0);
	const char *fault;

	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read program '%s'", name);
	program.length = (size_t)got;
	fault = platform->format == PLATFORM_PE ? pe_fault(&program) : elf_fault(&program);
	if (fault)
		return error_set(err, STATUS_ARCHIVE, "cannot use program '%s' for '%s': %s", name,
				 platform->name, fault);
	return 0;
}

const char *binary_head_fault(const uint8_t *head, size_t length, const struct platform *platform)
{
	if (length >= 2 && memcmp(head, "#!", 2) == 0)
		return NULL;
	if (length < BINARY_HEAD_BYTES || memcmp(head, ELFMAG, SELFMAG) != 0)
		return "it is neither an ELF file nor a script";
	return is_for_machine(platform, head) ? NULL : "it is for another machine";
}

/* Linux reads so much of a script's first line. */
#define SCRIPT_BYTES 256

static const char *script_interpreter(char *head, size_t length)
{
	const size_t end = length < SCRIPT_BYTES ? length : SCRIPT_BYTES;
	size_t start = 2, at;

	while (start < end && (head[start] == ' ' || head[start] == '\t'))
		start++;
	for (at = start; at < end && !strchr(" \t\n", head[at]); at++)
		;
	if (at == start || at == end)
		return NULL;
	head[at] = '\0';
	return head + start;
}

const char *binary_interpreter(uint8_t *head, size_t length)
{
	struct platform order = { .big_endian = false };
	const struct elf_layout *layout;
	struct program program = { .platform = &order, .length = length };
	uint64_t first, count;

	if (length > 2 && memcmp(head, "#!", 2) == 0)
		return script_interpreter((char *)head, length);
	if (length < sizeof(Elf64_Ehdr) || length > sizeof program.head
	    || memcmp(head, ELFMAG, SELFMAG) != 0)
		return NULL;
	memcpy(program.head, head, length);
	order.big_endian = head[EI_DATA] == ELFDATA2MSB;
	layout = head[EI_CLASS] == ELFCLASS64 ? &elf64 : &elf32;
	first = field(&program, layout->e_phoff, layout->word);
	count = field(&program, layout->e_phnum, 2);
	if (field(&program, layout->e_phentsize, 2) != layout->segment
	    || !is_within(first, count * layout->segment, length))
		return NULL;
	for (uint64_t at = first; count > 0; count--, at += layout->segment) {
		const uint64_t offset = field(&program, at + layout->p_offset, layout->word);
		const uint64_t bytes = field(&program, at + layout->p_filesz, layout->word);

		if (field(&program, at, 4) == PT_INTERP && bytes > 1
		    && is_within(offset, bytes, length) && head[offset + bytes - 1] == '\0')
			return (const char *)head + offset;
	}
	return NULL;
}
