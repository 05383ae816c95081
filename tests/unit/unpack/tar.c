/* SPDX-License-Identifier: Apache-2.0 */
/* tar.c: what archives say, and which ones are refused. */
#include "unit.h"

#include <errno.h>

#include "base/limits.h"
#include "tarball.h"
#include "unpack/tar.h"

/* The archive as a source: step bytes at a time, in a block that ends where they do. */
struct source {
	const struct buffer *bytes;
	size_t at, step, failure;	/* failure: where reading fails, or 0 */
	char *block;
	size_t skipped;
};

static ssize_t read_source(void *context, const void **bytes, const char **fault)
{
	struct source *source = context;
	size_t left = source->bytes->length - source->at;
	size_t length = left < source->step ? left : source->step;

	*fault = NULL;
	if (source->failure > 0 && source->at >= source->failure) {
		errno = EIO;
		return -1;
	}
	free(source->block);
	source->block = malloc(length ? length : 1);
	assert_non_null(source->block);
	if (length > 0)
		memcpy(source->block, source->bytes->bytes + source->at, length);
	source->at += length;
	*bytes = source->block;
	return (ssize_t)length;
}

static int skip_source(void *context, uint64_t length)
{
	struct source *source = context;

	if (length > source->bytes->length - source->at)
		return -1;
	source->at += (size_t)length;
	source->skipped += (size_t)length;
	return 0;
}

/* Reads it all, contents too when read is set; the fault, or NULL. */
static const char *read_all(const struct buffer *bytes, size_t step, bool read, struct buffer *text)
{
	struct source source = { .bytes = bytes, .step = step };
	struct tar *tar = tar_open(&(struct tar_source){
		.read = read_source, .skip = read ? NULL : skip_source, .context = &source });
	struct tar_member member;
	const char *fault = "no fault";
	int more;

	while ((more = tar_next(tar, &member, &fault)) > 0) {
		const void *part;
		ssize_t got = 0;

		buffer_format(text, "%d %s > %s %llu@%llu ", member.type, member.name,
			      member.target,
			      (unsigned long long)member.size, (unsigned long long)member.offset);
		while (read && (got = tar_read(tar, &part, &fault)) > 0)
			buffer_add(text, part, (size_t)got);
		if (got < 0) {
			more = -1;
			break;
		}
		buffer_add_string(text, "\n");
	}
	tar_close(tar);
	free(source.block);
	assert_true((more == 0) == (fault == NULL));
	return fault;
}

#define assert_reads(tar, expected) do { \
	static const size_t steps[] = { 1, 511, 512, 513, 100000 }; \
	for (size_t step_ = 0; step_ < 5; step_++) { \
		struct buffer text_; \
		const char *fault_; \
		buffer_init(&text_, 1 << 20); \
		fault_ = read_all((tar), steps[step_], true, &text_); \
		assert_string_equal(fault_ ? fault_ : "", ""); \
		assert_string_equal(text_.bytes ? text_.bytes : "", expected); \
		buffer_free(&text_); \
	} \
} while (0)

#define assert_fault(tar, expected) do { \
	struct buffer text_; \
	const char *fault_; \
	for (int read_ = 0; read_ < 2; read_++) { \
		buffer_init(&text_, 1 << 20); \
		fault_ = read_all((tar), 512, read_, &text_); \
		buffer_free(&text_); \
		assert_string_equal(fault_ ? fault_ : "read", expected); \
	} \
} while (0)

static struct buffer archive;

static int begin(void **state)
{
	(void)state;
	buffer_init(&archive, TARBALL_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	buffer_free(&archive);
	return 0;
}

#define archive_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

static void reads_members(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "d/", .type = '5');
	TARBALL(&archive, .name = "d/f", .content = "hello");
	TARBALL(&archive, .name = "h", .type = '1', .target = "d/f");
	TARBALL(&archive, .name = "s", .type = '2', .target = "../x");
	TARBALL(&archive, .name = "fifo", .type = '6');
	tarball_end(&archive);
	assert_reads(&archive, "5 d/ >  0@512 \n0 d/f >  5@1024 hello\n1 h > d/f 0@2048 \n"
		     "2 s > ../x 0@2560 \n6 fifo >  0@3072 \n");
}

static void reads_nothing(void **state)
{
	(void)state;
	tarball_end(&archive);
	assert_reads(&archive, "");
}

static void puts_long_names_together(void **state)
{
	char name[101];

	(void)state;
	memset(name, 'n', 100);
	name[100] = '\0';
	TARBALL(&archive, .name = name, .prefix = "p/q");
	TARBALL(&archive, .name = "gnu", .magic = TARBALL_GNU);
	TARBALL(&archive, .name = "long", .type = 'L', .content = "gnu name", .length = 9);
	TARBALL(&archive, .name = "long", .type = 'K', .content = "gnu target", .length = 11);
	TARBALL(&archive, .name = "x", .type = '2', .target = "y");
	tarball_pax(&archive, 'x', "path", "pax name");
	TARBALL(&archive, .name = "x");
	tarball_pax(&archive, 'x', "linkpath", "pax target");
	TARBALL(&archive, .name = "x", .type = '1', .target = "y");
	tarball_end(&archive);
	assert_reads(&archive,
		     "0 p/q/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
		     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn >  0@512 \n"
		     "0 gnu >  0@1024 \n"
		     "2 gnu name > gnu target 0@3584 \n0 pax name >  0@5120 \n"
		     "1 x > pax target 0@6656 \n");
}

static void reads_sizes(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "octal", .size = "        3 ", .content = "abc");
	TARBALL(&archive, .name = "binary", .content = "abc");
	memcpy(archive.bytes + 1024 + 124, "\x80\0\0\0\0\0\0\0\0\0\0\3", 12);
	tarball_fix(archive.bytes + 1024);
	tarball_pax(&archive, 'x', "size", "3");
	TARBALL(&archive, .name = "pax", .size = "77", .content = "abc");
	tarball_end(&archive);
	assert_reads(&archive, "0 octal >  3@512 abc\n0 binary >  3@1536 abc\n0 pax >  3@3584 abc\n"
		     "");
}

static void is_a_directory_by_its_slash(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "old/", .type = TARBALL_OLD, .magic = TARBALL_V7);
	tarball_end(&archive);
	assert_reads(&archive, "5 old/ >  0@512 \n");
}

static void reads_attributes(void **state)
{
	struct source source = { .bytes = &archive, .step = 512 };
	struct tar_member member;
	const char *fault;
	struct tar *tar;

	(void)state;
	tarball_pax(&archive, 'x', "mtime", "-1.25");
	TARBALL(&archive, .name = "a", .mode = 0104755);
	tarball_pax(&archive, 'x', "uid", "4294967297");
	TARBALL(&archive, .name = "b", .type = '3');
	tarball_end(&archive);
	tar = tar_open(&(struct tar_source){ .read = read_source, .context = &source });
	assert_int_equal(tar_next(tar, &member, &fault), 1);
	assert_int_equal(member.mtime, -2);
	assert_int_equal(member.nanoseconds, 750000000);
	assert_int_equal(member.mode, 04755);
	assert_int_equal(member.uid, 0);
	assert_int_equal(tar_next(tar, &member, &fault), 1);
	assert_int_equal(member.mtime, 0);
	assert_int_equal(member.nanoseconds, 0);
	assert_true(member.uid == 4294967297);
	assert_int_equal(tar_next(tar, &member, &fault), 0);
	tar_close(tar);
	free(source.block);
}

static void refuses_what_is_cut_off(void **state)
{
	size_t whole;

	(void)state;
	TARBALL(&archive, .name = "f", .content = "hello");
	tarball_pax(&archive, 'x', "path", "other");
	TARBALL(&archive, .name = "g", .content = "hello");
	tarball_end(&archive);
	whole = archive.length;
	for (archive.length = 0; archive.length < whole; archive.length++)
		assert_fault(&archive, "it is truncated");
	assert_reads(&archive, "0 f >  5@512 hello\n0 other >  5@2560 hello\n");
}

static void refuses_other_ends(void **state)
{
	static const char zeros[1 << 16];

	(void)state;
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	for (size_t i = 0; i < LIMIT_TAR_PADDING_BYTES; i += sizeof zeros)
		buffer_add(&archive, zeros, sizeof zeros);
	assert_reads(&archive, "0 f >  0@512 \n");
	buffer_add(&archive, "", 1);
	assert_fault(&archive, "too many zeros follow its end");
	archive.bytes[archive.length - 5000] = 'x';
	assert_fault(&archive, "something follows its end");
}

static void refuses_a_block_of_zeros_between(void **state)
{
	static const char zeros[512];

	(void)state;
	TARBALL(&archive, .name = "f");
	buffer_add(&archive, zeros, sizeof zeros);
	TARBALL(&archive, .name = "g");
	tarball_end(&archive);
	assert_fault(&archive, "a block of zeros is between its members");
}

static void refuses_a_wrong_checksum(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	for (size_t i = 0; i < 512; i++) {
		archive.bytes[i] ^= 1;
		/* The bytes of the sum that are blank or NUL may be either. */
		if (i < 154 || i > 155)
			assert_fault(&archive, "a header has a wrong checksum");
		archive.bytes[i] ^= 1;
	}
	assert_reads(&archive, "0 f >  0@512 \n");
}

/* A member that is refused by itself. */
#define assert_member(expected, ...) do { \
	archive.length = 0; \
	TARBALL(&archive, __VA_ARGS__); \
	tarball_end(&archive); \
	assert_fault(&archive, expected); \
} while (0)

static void refuses_members(void **state)
{
	static const char number[] = "a header has a malformed number";

	(void)state;
	assert_member("a member is sparse", .name = "f", .type = 'S');
	assert_member("a member is of an unknown type", .name = "f", .type = 'V');
	assert_member("a member is of an unknown type", .name = "f", .type = '7');
	assert_member("a member is of an unknown type", .name = "f", .type = '\x80' + 1);
	assert_member(number, .name = "f", .size = "8");
	assert_member(number, .name = "f", .size = "1x");
	assert_member(number, .name = "f", .size = "-1");
	assert_member(number, .name = "f",
		      .size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
	assert_member(number, .name = "f",
		      .size = "\x80\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff");
	assert_member("it is truncated", .name = "f",
		      .size = "77777777777");
	for (const char *type = "123456"; *type; type++)
		assert_member("a member other than a file has a size", .name = "f", .type = *type,
			      .content = "x");
}

static void refuses_disputed_names(void **state)
{
	static const char slash[] = "the name of a file ends in a slash";

	(void)state;
	assert_member(slash, .name = "f/");
	archive.length = 0;
	TARBALL(&archive, .name = "long", .type = 'L', .content = "f", .length = 2);
	TARBALL(&archive, .name = "f/", .type = TARBALL_OLD, .magic = TARBALL_V7);
	tarball_end(&archive);
	assert_fault(&archive, slash);
	archive.length = 0;
	TARBALL(&archive, .name = "long", .type = 'L', .content = "f/", .length = 3);
	TARBALL(&archive, .name = "f", .type = TARBALL_OLD, .magic = TARBALL_V7);
	tarball_end(&archive);
	assert_fault(&archive, slash);
}

/* What is behind the name of a form may be a part of the name to one reader, and a time to another. */
static void refuses_disputed_forms(void **state)
{
	static const char unknown[] = "a header has an unknown form";
	static const char gnu[] = "a GNU header has something behind the numbers of devices";

	(void)state;
	assert_member(unknown, .name = "f", .magic = "ustar 00");
	assert_member(unknown, .name = "f", .magic = "ustar  1");
	assert_member(unknown, .name = "f", .magic = TARBALL_V7, .prefix = "p");
	assert_member(gnu, .name = "f", .magic = TARBALL_GNU, .prefix = "14524770400");
	for (size_t i = 345; i < 512; i++) {
		archive.length = 0;
		TARBALL(&archive, .name = "f", .magic = TARBALL_GNU);
		archive.bytes[i] = 1;
		tarball_fix(archive.bytes);
		tarball_end(&archive);
		assert_fault(&archive, gnu);
	}
	archive.length = 0;
	TARBALL(&archive, .name = "f", .prefix = "p");
	memcpy(archive.bytes + 508, "tar", 4);
	tarball_fix(archive.bytes);
	tarball_end(&archive);
	assert_fault(&archive, "a header has star's form");
}

/* Each number of every header is read, also where it has no meaning. */
static void refuses_disputed_numbers(void **state)
{
	static const int fields[] = { 100, 108, 116, 124, 136, 329, 337 };
	static const char *const numbers[] = { "8", "1x", "-1", "0 1", "\x81", "\xc0", "\xfe" };

	(void)state;
	for (size_t type = 0; type < 2; type++)
		for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
			for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
				archive.length = 0;
				TARBALL(&archive, .name = "f", .type = "0x"[type]);
				memcpy(archive.bytes + fields[i], numbers[k], strlen(numbers[k]) + 1);
				tarball_fix(archive.bytes);
				tarball_end(&archive);
				assert_fault(&archive, "a header has a malformed number");
			}
}

static void refuses_sizes_of_2_to_the_63(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "f");
	memcpy(archive.bytes + 124, "\x80\0\0\0\x80\0\0\0\0\0\0\0", 12);
	tarball_fix(archive.bytes);
	tarball_end(&archive);
	assert_fault(&archive, "a header has a malformed number");
	memcpy(archive.bytes + 124, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12);
	tarball_fix(archive.bytes);
	assert_fault(&archive, "it is truncated");
}

/* An extended header that is refused, before a plain file. */
#define assert_extension(expected, kind, text) do { \
	archive.length = 0; \
	TARBALL(&archive, .name = "x", .type = kind, .content = text, .length = sizeof text - 1); \
	TARBALL(&archive, .name = "f"); \
	tarball_end(&archive); \
	assert_fault(&archive, expected); \
} while (0)

static void refuses_extended_headers(void **state)
{
	static const char malformed[] = "a pax header is malformed";
	static const char number[] = "a pax header has a malformed number";

	(void)state;
	assert_extension(malformed, 'x', "path=x\n");
	assert_extension(malformed, 'x', "9 path=x\n9");
	assert_extension(malformed, 'x', "11 path=x\n");
	assert_extension(malformed, 'x', "8 path=x\n");
	assert_extension(malformed, 'x', "9 path=xy");
	assert_extension(malformed, 'x', "7 path\n");
	assert_extension(malformed, 'x', "5 =x\n");
	assert_extension(malformed, 'x', "10 path=\0\n");
	assert_extension(malformed, 'x', "99999999999999999999 path=x\n");
	assert_extension(number, 'x', "10 size=x\n");
	assert_extension(number, 'x', "11 size=-1\n");
	assert_extension(number, 'x', "28 size=9223372036854775808\n");
	assert_extension(number, 'x', "12 mtime=1,\n");
	assert_extension("a member is sparse", 'x', "22 GNU.sparse.major=1\n");
	assert_extension("a global pax header changes its members", 'g', "9 path=x\n");
	assert_extension("a global pax header changes its members", 'g', "21 SCHILY.xattr.a=bc\n");
	assert_extension("a long name does not end in its only NUL byte", 'L', "a\0b\0");
	assert_extension("a long name does not end in its only NUL byte", 'L', "a\0\0");
	assert_extension("a long name does not end in its only NUL byte", 'L', "ab");
	assert_extension("a long name is empty", 'L', "\0");
	assert_extension("a long name is empty", 'K', "");
	assert_extension("a pax header has an empty value", 'x', "8 path=\n");
	assert_extension("a pax header has an empty value", 'x', "8 size=\n");
	assert_extension(number, 'x', "11 atime=x\n");
	assert_extension(number, 'x', "11 ctime=x\n");
	assert_extension("a member is sparse", 'x', "21 SCHILY.realsize=9\n");
	assert_extension("a member is sparse", 'x', "21 SUN.holesdata=0 1\n");
	assert_extension("a pax header states a type", 'x', "21 SCHILY.filetype=x\n");
	assert_extension("a pax header states a device", 'x', "21 SCHILY.devmajor=1\n");
	assert_extension("an extended attribute has no name", 'x', "18 SCHILY.xattr.=\n");
}

static void bounds_attributes(void **state)
{
	char text[8192];
	size_t length = 0;

	(void)state;
	for (int i = 0; i < LIMIT_TAR_ATTRIBUTES; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "22 "
		"SCHILY.xattr.%03d=x\n",
					   i);
	TARBALL(&archive, .name = "pax", .type = 'x', .content = text);
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	assert_reads(&archive, "0 f >  0@6656 \n");
	snprintf(text + length, sizeof text - length, "23 SCHILY.xattr.more=x\n");
	archive.length = 0;
	TARBALL(&archive, .name = "pax", .type = 'x', .content = text, .length = length + 23);
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	assert_fault(&archive, "a member has too many extended attributes");
}

static void takes_a_comment_for_all(void **state)
{
	(void)state;
	tarball_pax(&archive, 'g', "comment", "a commit");
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	assert_reads(&archive, "0 f >  0@1536 \n");
}

/* Extended headers of two kinds before one member, the first of each two first. */
static void refuses_orders_of_extended_headers(void **state)
{
	static const struct {
		const char *types, *fault;
	} orders[] = {
		{ "xx", "a member has two extended headers" },
		{ "xL", "a member has two extended headers" },
		{ "xK", "a member has two extended headers" },
		{ "xg", "a member has two extended headers" },
		{ "Lx", "a member has two extended headers" },
		{ "Kx", "a member has two extended headers" },
		{ "Lg", "a member has two extended headers" },
		{ "LL", "a member has two long names" },
		{ "KK", "a member has two long names" },
		{ "gx", NULL }, { "gL", NULL }, { "gg", NULL }, { "LK", NULL }, { "KL", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		archive.length = 0;
		for (const char *type = orders[i].types; *type; type++) {
			if (*type == 'x' || *type == 'g')
				tarball_pax(&archive, *type, "comment", "c");
			else
				TARBALL(&archive, .name = "l", .type = *type, .content = "n", .length = 2);
		}
		TARBALL(&archive, .name = "f");
		tarball_end(&archive);
		if (orders[i].fault)
			assert_fault(&archive, orders[i].fault);
		else
			assert_reads(&archive, strchr(orders[i].types, 'L') ? "0 n >  0@2560 \n"
								       : "0 f >  0@2560 \n");
	}
	archive.length = 0;
	tarball_pax(&archive, 'x', "path", "a");
	tarball_end(&archive);
	assert_fault(&archive, "its last extended header has no member");
}

static void bounds_names_and_headers(void **state)
{
	static char text[LIMIT_TAR_EXTENSION_BYTES + 1];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[LIMIT_NAME_BYTES] = '\0';
	TARBALL(&archive, .name = "long", .type = 'L', .content = text,
		.length = LIMIT_NAME_BYTES + 1);
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	{
		struct buffer ignored;

		buffer_init(&ignored, 1 << 20);
		assert_null(read_all(&archive, 512, true, &ignored));
		buffer_free(&ignored);
	}
	archive.length = 0;
	text[LIMIT_NAME_BYTES] = 'a';
	text[LIMIT_NAME_BYTES + 1] = '\0';
	TARBALL(&archive, .name = "long", .type = 'L', .content = text,
		.length = LIMIT_NAME_BYTES + 2);
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	assert_fault(&archive, "a name is too long");
	archive.length = 0;
	TARBALL(&archive, .name = "long", .type = 'L', .content = text, .length = sizeof text);
	TARBALL(&archive, .name = "f");
	tarball_end(&archive);
	assert_fault(&archive, "an extended header is too large");
}

static void tells_that_reading_failed(void **state)
{
	struct source source = { .bytes = &archive, .step = 512, .failure = 512 };
	struct tar_member member;
	const void *bytes;
	const char *fault = "x";
	struct tar *tar;

	(void)state;
	TARBALL(&archive, .name = "f", .content = "hello");
	tarball_end(&archive);
	tar = tar_open(&(struct tar_source){ .read = read_source, .context = &source });
	assert_int_equal(tar_next(tar, &member, &fault), 1);
	errno = 0;
	assert_int_equal(tar_read(tar, &bytes, &fault), -1);
	assert_null(fault);
	assert_int_equal(errno, EIO);
	assert_int_equal(tar_next(tar, &member, &fault), -1);
	assert_null(fault);
	tar_close(tar);
	free(source.block);
}

static void passes_over_contents(void **state)
{
	struct source source = { .bytes = &archive, .step = 512 };
	static char text[100000];
	struct tar_member member;
	const char *fault;
	struct tar *tar;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	TARBALL(&archive, .name = "f", .content = text);
	tarball_end(&archive);
	tar = tar_open(&(struct tar_source){ read_source, skip_source, &source });
	assert_int_equal(tar_next(tar, &member, &fault), 1);
	assert_int_equal(tar_next(tar, &member, &fault), 0);
	tar_close(tar);
	free(source.block);
	assert_true(source.skipped >= sizeof text - 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		archive_test(reads_members),
		archive_test(reads_nothing),
		archive_test(puts_long_names_together),
		archive_test(reads_sizes),
		archive_test(is_a_directory_by_its_slash),
		archive_test(reads_attributes),
		archive_test(refuses_what_is_cut_off),
		archive_test(refuses_other_ends),
		archive_test(refuses_a_block_of_zeros_between),
		archive_test(refuses_a_wrong_checksum),
		archive_test(refuses_members),
		archive_test(refuses_sizes_of_2_to_the_63),
		archive_test(refuses_extended_headers),
		archive_test(bounds_attributes),
		archive_test(takes_a_comment_for_all),
		archive_test(refuses_orders_of_extended_headers),
		archive_test(refuses_disputed_names),
		archive_test(refuses_disputed_forms),
		archive_test(refuses_disputed_numbers),
		archive_test(bounds_names_and_headers),
		archive_test(tells_that_reading_failed),
		archive_test(passes_over_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
