#include "binary.h"

#include <elf.h>
#include <stddef.h>
#include <stdbool.h>
#include <string.h>

#include "limits.h"

/* The start of a file, in which every header that we look at stands. */
struct head {
	uint8_t bytes[8192];
	size_t length;
	bool big_endian;
};

/* Reads a number of 2, 4 or 8 bytes; the caller has checked that it is within length. */
static uint64_t number(const struct head *head, size_t offset, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++) {
		size_t at = head->big_endian ? i : bytes - 1 - i;

		value = value << 8 | head->bytes[offset + at];
	}
	return value;
}

static int refuse(const char *name, const struct platform *platform, const char *reason,
		  struct error *err)
{
	return error_set(err, STATUS_ARCHIVE, "cannot use program '%s' for '%s': %s", name,
			 platform->name, reason);
}

/* What a file that is no program seems to be. */
static const char *not_a_program(const struct head *head)
{
	if (head->length >= 2 && memcmp(head->bytes, "#!", 2) == 0)
		return "it is a script";
	if (head->length >= 1 && head->bytes[0] == '<')
		return "it looks like an HTML page";
	if (head->length >= SELFMAG && memcmp(head->bytes, ELFMAG, SELFMAG) == 0)
		return "it is an ELF file";
	if (head->length >= 2 && memcmp(head->bytes, "MZ", 2) == 0)
		return "it is a Windows program";
	return "it is not a program";
}

/* Where the fields of the two ELF classes stand. */
struct elf_layout {
	size_t header, phoff, phentsize, phnum, word;
	size_t segment, p_offset, p_filesz;
};

static const struct elf_layout elf32 = {
	sizeof(Elf32_Ehdr), offsetof(Elf32_Ehdr, e_phoff), offsetof(Elf32_Ehdr, e_phentsize),
	offsetof(Elf32_Ehdr, e_phnum), 4,
	sizeof(Elf32_Phdr), offsetof(Elf32_Phdr, p_offset), offsetof(Elf32_Phdr, p_filesz),
};

static const struct elf_layout elf64 = {
	sizeof(Elf64_Ehdr), offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf64_Ehdr, e_phentsize),
	offsetof(Elf64_Ehdr, e_phnum), 8,
	sizeof(Elf64_Phdr), offsetof(Elf64_Phdr, p_offset), offsetof(Elf64_Phdr, p_filesz),
};

/* What is wrong with one program header, or NULL. */
static const char *segment_fault(const struct head *head, const struct elf_layout *layout,
				 size_t at, uint64_t size)
{
	uint64_t type = number(head, at, 4);
	uint64_t offset = number(head, at + layout->p_offset, layout->word);
	uint64_t length = number(head, at + layout->p_filesz, layout->word);

	if (type == PT_INTERP)
		return "it is dynamically linked";
	if (offset > size || length > size - offset)
		return "it is truncated";
	return NULL;
}

/* What is wrong with the program headers, or NULL. */
static const char *segments_fault(const struct head *head, const struct elf_layout *layout,
				  uint64_t size)
{
	uint64_t first = number(head, layout->phoff, layout->word);
	uint64_t count = number(head, layout->phnum, 2);
	const char *fault = NULL;

	if (number(head, layout->phentsize, 2) != layout->segment)
		return "its program headers have a wrong size";
	if (count == 0 || count > LIMIT_PROGRAM_HEADERS)
		return "it has no program headers, or too many";
	if (first > head->length || count * layout->segment > head->length - first)
		return "its program headers are not at its beginning";
	for (uint64_t i = 0; i < count && !fault; i++)
		fault = segment_fault(head, layout, (size_t)(first + i * layout->segment), size);
	return fault;
}

static const char *elf_fault(struct head *head, const struct platform *platform, uint64_t size)
{
	const struct elf_layout *layout = platform->bits == 64 ? &elf64 : &elf32;
	uint64_t type;

	if (head->length < SELFMAG || memcmp(head->bytes, ELFMAG, SELFMAG) != 0)
		return not_a_program(head);
	if (head->length < layout->header)
		return "it is truncated";
	if (head->bytes[EI_CLASS] != (platform->bits == 64 ? ELFCLASS64 : ELFCLASS32)
	    || head->bytes[EI_DATA] != (platform->big_endian ? ELFDATA2MSB : ELFDATA2LSB))
		return "it is for another machine";
	head->big_endian = platform->big_endian;
	if (number(head, offsetof(Elf64_Ehdr, e_machine), 2) != platform->machine)
		return "it is for another machine";
	type = number(head, offsetof(Elf64_Ehdr, e_type), 2);
	if (type != ET_EXEC && type != ET_DYN)
		return "it is not an executable";
	return segments_fault(head, layout, size);
}

static const char *pe_fault(const struct head *head, const struct platform *platform)
{
	uint64_t header;

	if (head->length < 2 || memcmp(head->bytes, "MZ", 2) != 0)
		return not_a_program(head);
	if (head->length < 0x40)
		return "it is truncated";
	header = number(head, 0x3c, 4);
	if (header > head->length || head->length - header < 6
	    || memcmp(head->bytes + header, "PE\0", 4) != 0)
		return "it has no PE header";
	if (number(head, (size_t)header + 4, 2) != platform->machine)
		return "it is for another machine";
	return NULL;
}

int binary_check(const struct content *content, const struct platform *platform, const char *name,
		 struct error *err)
{
	struct head head = { .length = 0 };
	ssize_t got = content_read(content, head.bytes, sizeof head.bytes, 0);
	const char *fault;

	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read program '%s'", name);
	head.length = (size_t)got;
	fault = platform->format == PLATFORM_PE ? pe_fault(&head, platform)
						: elf_fault(&head, platform, content->size);
	return fault ? refuse(name, platform, fault, err) : 0;
}
