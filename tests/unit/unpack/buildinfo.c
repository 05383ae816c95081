/* SPDX-License-Identifier: Apache-2.0 */
/* Go's build information, in ELF and PE files made here. */
#include "unpack/buildinfo.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "unit.h"

#define MAGIC "\xff Go buildinf:"
#define FRAME "0123456789abcdef"
#define SUM "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* A file that is written from the front. */
struct made {
	uint8_t bytes[40000];
	size_t length;
};

static void put(struct made *made, size_t offset, uint64_t value, size_t count, bool big)
{
	for (size_t i = 0; i < count; i++)
		made->bytes[offset + (big ? count - 1 - i : i)] = (uint8_t)(value >> (8 * i));
	if (offset + count > made->length)
		made->length = offset + count;
}

static void add(struct made *made, const void *bytes, size_t length)
{
	memcpy(made->bytes + made->length, bytes, length);
	made->length += length;
}

static void add_string(struct made *made, const char *string)
{
	size_t length = strlen(string), rest = length;

	for (; rest >= 0x80; rest >>= 7)
		put(made, made->length, (rest & 0x7f) | 0x80, 1, false);
	put(made, made->length, rest, 1, false);
	add(made, string, length);
}

/* The information itself, from here on. */
static void add_info(struct made *made, const char *go, const char *text)
{
	const size_t start = made->length;
	char *framed = memory_format("%s%s%s", FRAME, text, FRAME);

	add(made, MAGIC, strlen(MAGIC));
	put(made, start + 15, 2, 1, false);
	made->length = start + 32;
	add_string(made, go);
	add_string(made, framed);
	free(framed);
}

/* An ELF file whose second section is .go.buildinfo at 0x400. */
static struct made make_elf(bool wide, bool big, const char *go, const char *text)
{
	static const char names[] = "\0.go.buildinfo";
	const size_t word = wide ? 8 : 4, section = wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	struct made made = { .length = 0 };

	memcpy(made.bytes, ELFMAG, SELFMAG);
	made.bytes[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	made.bytes[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
#define EHDR(name) wide ? offsetof(Elf64_Ehdr, name) : offsetof(Elf32_Ehdr, name)
#define SHDR(number, name) 0x100 + (number) * section \
	+ (wide ? offsetof(Elf64_Shdr, name) : offsetof(Elf32_Shdr, name))
	put(&made, EHDR(e_shoff), 0x100, word, big);
	put(&made, EHDR(e_shentsize), section, 2, big);
	put(&made, EHDR(e_shnum), 3, 2, big);
	put(&made, EHDR(e_shstrndx), 1, 2, big);
	put(&made, SHDR(1, sh_offset), 0x300, word, big);
	put(&made, SHDR(1, sh_size), sizeof names, word, big);
	put(&made, SHDR(2, sh_name), 1, 4, big);
	put(&made, SHDR(2, sh_type), SHT_PROGBITS, 4, big);
	put(&made, SHDR(2, sh_addr), 0x8000, word, big);
	put(&made, SHDR(2, sh_offset), 0x400, word, big);
	memcpy(made.bytes + 0x300, names, sizeof names);
	made.length = 0x400;
	add_info(&made, go, text);
	put(&made, SHDR(2, sh_size), made.length - 0x400, word, big);
	return made;
}

/* A PE file whose second section is data, with the information 48 bytes from its start. */
static struct made make_pe(const char *go, const char *text)
{
	struct made made = { .length = 0 };
	const size_t sections = 0x80 + 24 + 112;

	memcpy(made.bytes, "MZ", 2);
	put(&made, 0x3c, 0x80, 4, false);
	memcpy(made.bytes + 0x80, "PE\0", 4);
	put(&made, 0x86, 2, 2, false);
	put(&made, 0x94, 112, 2, false);
	for (size_t i = 0; i < 2; i++) {
		put(&made, sections + 40 * i + 8, 0x4000, 4, false);
		put(&made, sections + 40 * i + 12, 0x1000 * (i + 1), 4, false);
		put(&made, sections + 40 * i + 16, 0x2000, 4, false);
		put(&made, sections + 40 * i + 20, 0x400, 4, false);
		put(&made, sections + 40 * i + 36, i == 0 ? 0x60000020 : 0xc0600040, 4, false);
	}
	made.length = 0x430;
	add_info(&made, go, text);
	made.length = 0x2400;
	return made;
}

static struct pool pool;

static struct buildinfo read_bytes(const void *bytes, size_t length)
{
	struct content content = content_of(bytes, length);
	struct buildinfo info;
	struct error err;

	pool_free(&pool);
	if (buildinfo_read(&info, &content, "server", &pool, &err) < 0)
		fail_msg("%s", err.message);
	content_free(&content);
	return info;
}

static struct buildinfo read_made(const struct made *made)
{
	return read_bytes(made->bytes, made->length);
}

static struct buildinfo read_text(const char *text)
{
	const struct made made = make_elf(true, false, "go1.27.4", text);

	return read_made(&made);
}

static const char whole[] =
	"path\texample.com/server/cmd\n"
	"mod\texample.com/server\t(devel)\t\n"
	"dep\texample.com/a\tv1.2.3\t" SUM "\n"
	"dep\texample.com/b\tv0.0.0\n"
	"=>\texample.com/fork\tv0.1.0\t" SUM "\n"
	"dep\texample.com/c\tv1.0.0\n"
	"=>\t../with a blank\t(devel)\t\n"
	"build\tCGO_ENABLED=0\n"
	"build\t-ldflags=\"-s -w\"\n";

static void assert_whole(const struct buildinfo *info)
{
	if (info->fault)
		fail_msg("%s", info->fault);
	assert_string_equal(info->go, "go1.27.4");
	assert_string_equal(info->path, "example.com/server/cmd");
	assert_string_equal(info->main.path, "example.com/server");
	assert_string_equal(info->main.version, "(devel)");
	assert_string_equal(info->main.sum, "");
	assert_int_equal(info->module_count, 3);
	assert_string_equal(info->modules[0].path, "example.com/a");
	assert_string_equal(info->modules[0].version, "v1.2.3");
	assert_string_equal(info->modules[0].sum, SUM);
	assert_null(info->modules[0].replacement);
	assert_string_equal(info->modules[1].version, "v0.0.0");
	assert_string_equal(info->modules[1].replacement->path, "example.com/fork");
	assert_string_equal(info->modules[1].replacement->version, "v0.1.0");
	assert_string_equal(info->modules[1].replacement->sum, SUM);
	assert_string_equal(info->modules[2].replacement->path, "../with a blank");
	assert_int_equal(info->setting_count, 2);
	assert_string_equal(info->settings[0], "CGO_ENABLED=0");
	assert_string_equal(info->settings[1], "-ldflags=\"-s -w\"");
}

static void elf_of_every_class_and_order(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct made made = make_elf(i & 1, i & 2, "go1.27.4", whole);
		const struct buildinfo info = read_made(&made);

		assert_whole(&info);
	}
}

static void windows(void **state)
{
	const struct made made = make_pe("go1.27.4", whole);
	const struct buildinfo info = read_made(&made);

	(void)state;
	assert_whole(&info);
}

static void assert_none(const struct buildinfo *info, const char *fault)
{
	assert_non_null(info->fault);
	assert_string_equal(info->fault, fault);
	assert_null(info->go);
	assert_string_equal(info->path, "");
	assert_null(info->main.path);
	assert_int_equal(info->module_count, 0);
	assert_int_equal(info->setting_count, 0);
}

static void what_is_no_program(void **state)
{
	static const char *const texts[] = { "#!/bin/sh\necho nothing\n", "0123456789abcdef" };
	struct buildinfo info = read_bytes("", 0);

	(void)state;
	assert_none(&info, "it has no Go build information");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		info = read_bytes(texts[i], strlen(texts[i]));
		assert_none(&info, "it is neither an ELF file nor a Windows program");
	}
}

/* Whatever is cut off is noticed, and nothing is read behind the end. */
static void truncated(void **state)
{
	struct made elf = make_elf(true, false, "go1.27.4", whole), pe = make_pe("go1.27.4", whole);

	(void)state;
	while (elf.length-- > 0) {
		const struct buildinfo info = read_made(&elf);

		assert_non_null(info.fault);
	}
	for (size_t length = pe.length - 1; length > 0; length -= length > 0x440 ? 97 : 1) {
		const struct buildinfo info = read_bytes(pe.bytes, length);

		assert_non_null(info.fault);
	}
}

/* Each byte of headers and information, changed: a result or a fault, and no more. */
static void changed(void **state)
{
	const struct made elf = make_elf(true, false, "go1.27.4", whole);

	(void)state;
	for (size_t i = 0; i < elf.length; i++) {
		struct made made = elf;

		made.bytes[i] ^= 0xff;
		read_made(&made);
	}
}

static void sections(void **state)
{
	static const struct {
		size_t offset, count;
		uint64_t value;
	} rows[] = {
		{ offsetof(Elf64_Ehdr, e_shoff), 8, 0 },
		{ offsetof(Elf64_Ehdr, e_shoff), 8, UINT64_MAX - 10 },
		{ offsetof(Elf64_Ehdr, e_shentsize), 2, 63 },
		{ offsetof(Elf64_Ehdr, e_shnum), 2, 0 },
		{ offsetof(Elf64_Ehdr, e_shnum), 2, LIMIT_SECTIONS + 1 },
		{ offsetof(Elf64_Ehdr, e_shstrndx), 2, 3 },
		{ 0x100 + 64 + offsetof(Elf64_Shdr, sh_offset), 8, UINT64_MAX },
		{ 0x100 + 64 + offsetof(Elf64_Shdr, sh_size), 8, 5 },
		{ 0x100 + 128 + offsetof(Elf64_Shdr, sh_name), 4, 2 },
		{ 0x100 + 128 + offsetof(Elf64_Shdr, sh_type), 4, SHT_NOBITS },
		{ 0x100 + 128 + offsetof(Elf64_Shdr, sh_offset), 8, UINT64_MAX - 5 },
		{ 0x100 + 128 + offsetof(Elf64_Shdr, sh_size), 8, UINT64_MAX },
		{ 0x100 + 128 + offsetof(Elf64_Shdr, sh_addr), 8, 0x8008 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct made made = make_elf(true, false, "go1.27.4", whole);
		struct buildinfo info;

		put(&made, rows[i].offset, rows[i].value, rows[i].count, false);
		info = read_made(&made);
		assert_none(&info, "it has no Go build information");
	}
}

static void before_go_1_18(void **state)
{
	struct made made = make_elf(true, false, "go1.27.4", whole);
	struct buildinfo info;

	(void)state;
	made.bytes[0x400 + 15] = 0;
	info = read_made(&made);
	assert_none(&info, "its build information is of a Go before 1.18");
}

static void without_modules(void **state)
{
	struct made made = make_elf(true, false, "go1.27.4", "");
	struct buildinfo info;

	(void)state;
	/* The text of no length, in place of the two frames. */
	made.bytes[0x400 + 32 + 1 + strlen("go1.27.4")] = 0;
	info = read_made(&made);
	assert_null(info.fault);
	assert_string_equal(info.go, "go1.27.4");
	assert_null(info.main.path);
	assert_int_equal(info.module_count, 0);
}

static void lengths(void **state)
{
	static const uint8_t longest[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
	};
	struct made made = make_elf(true, false, "go1.27.4", whole);
	struct buildinfo info;

	(void)state;
	memcpy(made.bytes + 0x400 + 32, longest, sizeof longest);
	info = read_made(&made);
	assert_none(&info, "its Go build information is damaged");
	made.bytes[0x400 + 32 + 9] = 0x7f;	/* more than 64 bits */
	info = read_made(&made);
	assert_none(&info, "its Go build information is damaged");
	made.bytes[0x400 + 32] = 0;	/* no version */
	info = read_made(&made);
	assert_none(&info, "its Go build information is damaged");
}

static void lines(void **state)
{
	static const char *const texts[] = {
		"path\t/x\n", "mod\t\tv1.0.0\n", "mod\ta//b\tv1.0.0\n", "mod\ta\n", "mod\ta\t1.0.0\n",
		"mod\ta\tv1.0.0\th1:short\n", "mod\ta\tv1.0.0\t" SUM "\tmore\n",
		"mod\ta\tv1.0.0\nmod\tb\tv1.0.0\n", "dep\ta b\tv1.0.0\n", "dep\ta\tv1.0.0 \n",
		"dep\ta\tv\n", "dep\ta\x01\tv1.0.0\n", "=>\ta\tv1.0.0\t\n",
		"dep\ta\tv1.0.0\n=>\tb\tv1.0.0\t\n=>\tc\tv1.0.0\t\n", "dep\ta\tv1.0.0\n=>\t\tv1.0.0\t\n",
		"dep\ta\tv1.0.0\n=>\tb\x7f\tv1.0.0\t\n", "build\tX\n", "build\t=X\n",
		"build\tX=\x1b[31m\n", "path\texample.com/\xc3\xa4\n",
	};
	struct buildinfo info;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		info = read_text(texts[i]);
		if (!info.fault)
			fail_msg("taken: %s", texts[i]);
		assert_none(&info, "its Go build information is damaged");
	}
	info = read_text("unknown\tof a later Go\nword\nbuild\tX=\xc3\xa4 y\n");
	assert_null(info.fault);
	assert_int_equal(info.setting_count, 1);
	info = read_text("path\tcommand-line-arguments\ndep\ta\tv1.0.0+incompatible\n");
	assert_null(info.fault);
	assert_null(info.main.path);
	assert_int_equal(info.module_count, 1);
}

static void too_many(void **state)
{
	static const char line[] = "build\tX=1\n";
	const size_t length = strlen(line);
	char *text = memory_new(LIMIT_BUILD_SETTINGS + 2, length);
	struct buildinfo info;

	(void)state;
	for (size_t i = 0; i <= LIMIT_BUILD_SETTINGS; i++)
		memcpy(text + i * length, line, length);
	info = read_text(text);
	assert_none(&info, "its Go build information has too many settings");
	text[LIMIT_BUILD_SETTINGS * length] = '\0';
	info = read_text(text);
	assert_int_equal(info.setting_count, LIMIT_BUILD_SETTINGS);
	free(text);
}

static void a_file_that_cannot_be_read(void **state)
{
	const struct content content = { .size = 100, .fd = -1 };
	struct buildinfo info;
	struct error err;

	(void)state;
	assert_refused(buildinfo_read(&info, &content, "server", &pool, &err), err, STATUS_FILE,
		       "cannot read program 'server': Bad file descriptor");
}

static int clean_up(void **state)
{
	(void)state;
	pool_free(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_of_every_class_and_order),
		cmocka_unit_test(windows),
		cmocka_unit_test(what_is_no_program),
		cmocka_unit_test(truncated),
		cmocka_unit_test(changed),
		cmocka_unit_test(sections),
		cmocka_unit_test(before_go_1_18),
		cmocka_unit_test(without_modules),
		cmocka_unit_test(lengths),
		cmocka_unit_test(lines),
		cmocka_unit_test(too_many),
		cmocka_unit_test(a_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, clean_up);
}
