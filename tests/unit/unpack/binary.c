/* SPDX-License-Identifier: Apache-2.0 */
/* binary.c: made-up programs of every platform, and every refusal. */
#include "unit.h"

#include <elf.h>

#include "base/limits.h"
#include "unpack/binary.h"

/* A program of some 512 bytes for any platform, field by field, in its byte order. */
struct made {
	const struct platform *platform;
	uint8_t bytes[16384];
	size_t length;
};

#define BASE 0x10000U		/* where the ELF programs are loaded */
#define PE_HEADER 0x80U

static void put(struct made *made, size_t offset, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = made->platform->big_endian ? count - 1 - i : i;

		made->bytes[offset + at] = (uint8_t)(value >> (8 * i));
	}
}

#define FIELD(made, header, name) \
	((made)->platform->bits == 64 ? offsetof(Elf64_##header, name) \
				      : offsetof(Elf32_##header, name)), \
	((made)->platform->bits == 64 ? sizeof(((Elf64_##header *)0)->name) \
				      : sizeof(((Elf32_##header *)0)->name))

static void put_at(struct made *made, size_t base, size_t offset, size_t count, uint64_t value)
{
	put(made, base + offset, value, count);
}

#define EHDR(made, name, value) put_at(made, 0, FIELD(made, Ehdr, name), value)
#define PHDR(made, number, name, value) \
	put_at(made, header_bytes(made) + (number) * segment_bytes(made), \
	       FIELD(made, Phdr, name), value)

static size_t header_bytes(const struct made *made)
{
	return made->platform->bits == 64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static size_t segment_bytes(const struct made *made)
{
	return made->platform->bits == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static void make_elf(struct made *made)
{
	memcpy(made->bytes, ELFMAG, SELFMAG);
	made->bytes[EI_CLASS] = made->platform->bits == 64 ? ELFCLASS64 : ELFCLASS32;
	made->bytes[EI_DATA] = made->platform->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	made->bytes[EI_VERSION] = EV_CURRENT;
	made->length = 512;
	EHDR(made, e_type, ET_EXEC);
	EHDR(made, e_machine, made->platform->machine);
	EHDR(made, e_entry, BASE + 300);
	EHDR(made, e_phoff, header_bytes(made));
	EHDR(made, e_phentsize, segment_bytes(made));
	EHDR(made, e_phnum, 2);
	PHDR(made, 0, p_type, PT_NOTE);
	PHDR(made, 1, p_type, PT_LOAD);
	PHDR(made, 1, p_flags, PF_R | PF_X);
	PHDR(made, 1, p_vaddr, BASE);
	PHDR(made, 1, p_filesz, 512);
}

static void make_pe(struct made *made)
{
	memcpy(made->bytes, "MZ", 2);
	put(made, 0x3c, PE_HEADER, 4);
	memcpy(made->bytes + PE_HEADER, "PE\0", 4);
	put(made, PE_HEADER + 4, made->platform->machine, 2);
	put(made, PE_HEADER + 6, 2, 2);		/* sections */
	put(made, PE_HEADER + 20, 112, 2);	/* bytes of the optional header */
	put(made, PE_HEADER + 22, 0x0022, 2);
	put(made, PE_HEADER + 24, 0x20b, 2);
	for (size_t i = 0; i < 2; i++) {
		size_t section = PE_HEADER + 24 + 112 + 40 * i;

		put(made, section + 16, 100, 4);
		put(made, section + 20, 400 + 100 * i, 4);
	}
	made->length = 600;
}

static struct made make(const char *name)
{
	struct made made = { .length = 0 };
	struct error err;

	made.platform = platform_find(name, &err);
	assert_non_null(made.platform);
	(made.platform->format == PLATFORM_PE ? make_pe : make_elf)(&made);
	return made;
}

static int check_for(const struct made *made, const struct platform *platform, struct error *err)
{
	struct content content = content_of(made->bytes, made->length);
	int result = binary_check(&content, platform, "server", err);

	content_free(&content);
	return result;
}

static int check(const struct made *made, struct error *err)
{
	return check_for(made, made->platform, err);
}

static void assert_fault(const struct made *made, const char *reason)
{
	char message[200];
	struct error err;

	snprintf(message, sizeof message, "cannot use program 'server' for '%s': %s",
		 made->platform->name,
		 reason);
	assert_refused(check(made, &err), err, STATUS_ARCHIVE, message);
}

static void programs_of_every_platform(void **state)
{
	(void)state;
	for (const struct platform *row = platform_table(); row->name; row++) {
		struct made made = make(row->name);
		struct error err;

		if (check(&made, &err) < 0)
			fail_msg("%s", err.message);
	}
}

/* linux/arm/v6 and v7 have one machine: everything else is told apart. */
static void programs_of_other_platforms(void **state)
{
	(void)state;
	for (const struct platform *row = platform_table(); row->name; row++) {
		struct made made = make(row->name);

		for (const struct platform *other = platform_table(); other->name; other++) {
			const char *reason = "it is for another machine";
			char message[200];
			struct error err;

			if (other->machine == row->machine)
				continue;
			if (other->format != row->format)
				reason = row->format == PLATFORM_PE ? "it is a Windows program"
								    : "it is an ELF file";
			snprintf(message, sizeof message, "cannot use program 'server' for '%s': "
				 "%s",
				 other->name, reason);
			assert_refused(check_for(&made, other, &err), err, STATUS_ARCHIVE, message);
		}
	}
}

static void what_is_no_program(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "it is not a program" }, { "#!/bin/sh\n", "it is a script" },
		{ "<!DOCTYPE html>", "it looks like an HTML page" },
		{ "\x7f" "ELE", "it is not a program" },
		{ "PK\3\4", "it is not a program" },
	};
	static const char *const platforms[] = { "linux/amd64", "windows/amd64" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t j = 0; j < 2; j++) {
			struct made made = make(platforms[j]);

			made.length = strlen(rows[i].text);
			memcpy(made.bytes, rows[i].text, made.length);
			assert_fault(&made, rows[i].reason);
		}
	}
}

static void elf_headers(void **state)
{
	static const char *const platforms[] = { "linux/amd64", "linux/386", "linux/s390x" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made made = make(platforms[i]);

		made.bytes[EI_CLASS] ^= 3;
		assert_fault(&made, "it is for another machine");
		made = make(platforms[i]);
		made.bytes[EI_DATA] ^= 3;
		assert_fault(&made, "it is for another machine");
		made = make(platforms[i]);
		EHDR(&made, e_machine, EM_SPARC);
		assert_fault(&made, "it is for another machine");
		made = make(platforms[i]);
		EHDR(&made, e_type, ET_REL);
		assert_fault(&made, "it is not an executable");
		EHDR(&made, e_type, ET_CORE);
		assert_fault(&made, "it is not an executable");
		made = make(platforms[i]);
		EHDR(&made, e_phentsize, segment_bytes(&made) + 1);
		assert_fault(&made, "its program headers have a wrong size");
		made = make(platforms[i]);
		EHDR(&made, e_phnum, 0);
		assert_fault(&made, "it has no program headers, or too many");
		EHDR(&made, e_phnum, LIMIT_PROGRAM_HEADERS + 1);
		assert_fault(&made, "it has no program headers, or too many");
		EHDR(&made, e_phnum, 0xffff);
		assert_fault(&made, "it has no program headers, or too many");
	}
}

static void program_headers_are_at_the_beginning(void **state)
{
	struct made made = make("linux/amd64");

	(void)state;
	EHDR(&made, e_phoff, made.length);
	assert_fault(&made, "its program headers are not at its beginning");
	EHDR(&made, e_phoff, made.length - 2 * segment_bytes(&made) + 1);
	assert_fault(&made, "its program headers are not at its beginning");
	EHDR(&made, e_phoff, UINT64_MAX - 10);
	assert_fault(&made, "its program headers are not at its beginning");
	made = make("linux/amd64");
	made.length = sizeof made.bytes;
	EHDR(&made, e_phoff, 8192);
	assert_fault(&made, "its program headers are not at its beginning");
}

static void segments(void **state)
{
	static const char *const platforms[] = { "linux/amd64", "linux/386", "linux/s390x" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made made = make(platforms[i]);

		PHDR(&made, 0, p_type, PT_INTERP);
		assert_fault(&made, "it is dynamically linked");
		made = make(platforms[i]);
		PHDR(&made, 1, p_filesz, made.length + 1);
		assert_fault(&made, "it is truncated");
		made = make(platforms[i]);
		PHDR(&made, 0, p_offset, made.length + 1);
		assert_fault(&made, "it is truncated");
		made = make(platforms[i]);
		PHDR(&made, 1, p_offset, UINT64_MAX);
		assert_fault(&made, "it is truncated");
		made = make(platforms[i]);
		PHDR(&made, 1, p_flags, PF_R | PF_W);
		assert_fault(&made, "its entry point is not in its code");
		made = make(platforms[i]);
		EHDR(&made, e_entry, 0);
		assert_fault(&made, "its entry point is not in its code");
		EHDR(&made, e_entry, BASE + 512);
		assert_fault(&made, "its entry point is not in its code");
	}
}

/* Whatever is cut off the end of the file. */
static void truncated(void **state)
{
	static const char *const platforms[] = { "linux/amd64", "linux/arm/v7", "windows/amd64" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made made = make(platforms[i]);
		struct error err;

		while (made.length > 0) {
			made.length--;
			assert_int_equal(check(&made, &err), -1);
			assert_int_equal(err.status, STATUS_ARCHIVE);
		}
	}
}

/* A position-independent program that loads itself, with these tags in its dynamic section. */
static struct made make_dynamic(const char *name, const uint64_t *tags, size_t count)
{
	struct made made = make(name);
	const size_t word = made.platform->bits / 8U;

	EHDR(&made, e_type, ET_DYN);
	PHDR(&made, 0, p_type, PT_DYNAMIC);
	PHDR(&made, 0, p_offset, 400);
	PHDR(&made, 0, p_filesz, count * 2 * word);
	for (size_t i = 0; i < count; i++)
		put(&made, 400 + i * 2 * word, tags[i], word);
	made.length = 2000;
	return made;
}

static void dynamic_sections(void **state)
{
	static const uint64_t good[] = { DT_STRTAB, DT_FLAGS, DT_NULL };
	static const uint64_t needed[] = { DT_STRTAB, DT_NEEDED, DT_NULL };
	static const uint64_t behind[] = { DT_STRTAB, DT_NULL, DT_NEEDED };
	static const uint64_t endless[] = { DT_STRTAB, DT_STRTAB };
	static const char *const platforms[] = { "linux/amd64", "linux/386", "linux/s390x" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made made = make_dynamic(platforms[i], good, 3);
		struct error err;

		assert_int_equal(check(&made, &err), 0);
		made = make_dynamic(platforms[i], behind, 3);
		assert_int_equal(check(&made, &err), 0);
		made = make_dynamic(platforms[i], needed, 3);
		assert_fault(&made, "it is dynamically linked");
		made = make_dynamic(platforms[i], endless, 2);
		assert_fault(&made, "its dynamic section has no end");
		made = make_dynamic(platforms[i], endless, 0);
		assert_fault(&made, "its dynamic section has no end");
	}
}

static void long_dynamic_section(void **state)
{
	uint64_t tags[LIMIT_DYNAMIC_ENTRIES + 1];
	struct made made;
	struct error err;

	(void)state;
	for (size_t i = 0; i <= LIMIT_DYNAMIC_ENTRIES; i++)
		tags[i] = DT_STRTAB;
	tags[LIMIT_DYNAMIC_ENTRIES - 1] = DT_NULL;
	made = make("linux/386");
	assert_true(400 + 8 * (LIMIT_DYNAMIC_ENTRIES + 1) < sizeof made.bytes);
	made = make_dynamic("linux/386", tags, LIMIT_DYNAMIC_ENTRIES + 1);
	made.length = sizeof made.bytes;
	assert_int_equal(check(&made, &err), 0);
	tags[LIMIT_DYNAMIC_ENTRIES - 1] = DT_STRTAB;
	tags[LIMIT_DYNAMIC_ENTRIES] = DT_NULL;
	made = make_dynamic("linux/386", tags, LIMIT_DYNAMIC_ENTRIES + 1);
	made.length = sizeof made.bytes;
	assert_fault(&made, "its dynamic section has no end");
}

static void pe_headers(void **state)
{
	static const struct {
		size_t offset;
		uint64_t value;
		size_t count;
		const char *reason;
	} rows[] = {
		{ 0x3c, 0xffffffff, 4, "it has no PE header" },
		{ 0x3c, 580, 4, "it has no PE header" },
		{ PE_HEADER, 'N', 1, "it has no PE header" },
		{ PE_HEADER + 2, 1, 1, "it has no PE header" },
		{ PE_HEADER + 4, 0x14c, 2, "it is for another machine" },
		{ PE_HEADER + 22, 0x0020, 2, "it is not an executable" },
		{ PE_HEADER + 22, 0x2022, 2, "it is not an executable" },
		{ PE_HEADER + 24, 0x10b, 2, "it is not an executable" },
		{ PE_HEADER + 6, 0xffff, 2, "its section headers are not at its beginning" },
		{ PE_HEADER + 20, 0xffff, 2, "its section headers are not at its beginning" },
		{ PE_HEADER + 24 + 112 + 40 + 16, 101, 4, "it is truncated" },
		{ PE_HEADER + 24 + 112 + 20, 0xffffffff, 4, "it is truncated" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct made made = make("windows/amd64");

		put(&made, rows[i].offset, rows[i].value, rows[i].count);
		assert_fault(&made, rows[i].reason);
	}
}

static void a_file_that_cannot_be_read(void **state)
{
	struct content content = { .size = 10, .fd = -1 };
	struct error err;

	(void)state;
	assert_refused(binary_check(&content, platform_find("linux/amd64", &err), "server", &err),
		       err,
		       STATUS_FILE, "cannot read program 'server': Bad file descriptor");
}

/* The test itself is a program, and a dynamically linked one. */
static void a_real_program(void **state)
{
	struct content content = { .fd = open("/proc/self/exe", O_RDONLY) };
	struct stat st;
	struct error err;

	(void)state;
	assert_int_equal(fstat(content.fd, &st), 0);
	content.size = (uint64_t)st.st_size;
#ifdef __x86_64__
	assert_refused(binary_check(&content, platform_find("linux/amd64", &err), "test", &err),
		       err,
		       STATUS_ARCHIVE, "cannot use program 'test' for 'linux/amd64': it is "
			       "dynamically "
		       "linked");
#endif
	close(content.fd);
}

/* Of every class and byte order, and of what is cut off or leads out of the first bytes. */
static void interpreters(void **state)
{
	static const char *const names[] = {
		"linux/amd64", "linux/arm/v7", "linux/s390x", "linux/mips64le", "linux/386",
	};
	uint8_t script[] = "#!\t /bin/sh -e\nexit", bare[] = "#!/bin/sh", empty[] = "#! \n";

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct made made = make(names[i]);

		assert_null(binary_interpreter(made.bytes, made.length));
		PHDR(&made, 0, p_type, PT_INTERP);
		PHDR(&made, 0, p_offset, 400);
		PHDR(&made, 0, p_filesz, 10);
		memcpy(made.bytes + 400, "/lib/ld.so", 11);
		assert_null(binary_interpreter(made.bytes, made.length));
		PHDR(&made, 0, p_filesz, 11);
		assert_string_equal(binary_interpreter(made.bytes, made.length), "/lib/ld.so");
		assert_null(binary_interpreter(made.bytes, 410));
		for (size_t length = 0; length < 100; length++)
			assert_null(binary_interpreter(made.bytes, length));
		PHDR(&made, 0, p_offset, UINT32_MAX - 5);
		assert_null(binary_interpreter(made.bytes, made.length));
		EHDR(&made, e_phoff, UINT32_MAX - 5);
		assert_null(binary_interpreter(made.bytes, made.length));
	}
	assert_string_equal(binary_interpreter(script, sizeof script), "/bin/sh");
	assert_string_equal(binary_interpreter(bare, sizeof bare), "/bin/sh");
	assert_null(binary_interpreter(empty, sizeof empty));
	assert_null(binary_interpreter(bare, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_of_every_platform),
		cmocka_unit_test(programs_of_other_platforms),
		cmocka_unit_test(what_is_no_program),
		cmocka_unit_test(elf_headers),
		cmocka_unit_test(program_headers_are_at_the_beginning),
		cmocka_unit_test(segments),
		cmocka_unit_test(truncated),
		cmocka_unit_test(dynamic_sections),
		cmocka_unit_test(long_dynamic_section),
		cmocka_unit_test(pe_headers),
		cmocka_unit_test(a_file_that_cannot_be_read),
		cmocka_unit_test(a_real_program),
		cmocka_unit_test(interpreters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
