/* SPDX-License-Identifier: Apache-2.0 */
/* ungzip.c: streams are read to their last byte or refused. */
#include "unit.h"

#include <errno.h>

#include "archives.h"
#include "unpack/stream.h"

/* Unpacks what is in the archive into plain; 0, or -1 with the fault. */
static int unpack(const struct buffer *archive, struct buffer *plain, const char **fault)
{
	int fd = openat(scratch, "f.gz", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct stream *stream;
	const void *bytes;
	ssize_t length;

	assert_int_equal(write(fd, archive->bytes, archive->length), archive->length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	archive_init(plain);
	stream = stream_open_file(COMPRESSION_GZIP, fd);
	while ((length = stream_read(stream, &bytes, fault)) > 0)
		add_bytes(plain, bytes, (size_t)length);
	stream_close(stream);
	close(fd);
	return (int)length;
}

static void assert_fault(const struct buffer *archive, const char *reason)
{
	struct buffer plain;
	const char *fault = "(none)";

	assert_int_equal(unpack(archive, &plain, &fault), -1);
	assert_string_equal(fault, reason);
	buffer_free(&plain);
}

static void unpacks(void **state)
{
	static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, 1000000 };
	static char bytes[1000000];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * i / 1000);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct buffer archive, plain;
		const char *fault;

		archive_init(&archive);
		gzip_add(&archive, bytes, lengths[i]);
		assert_int_equal(unpack(&archive, &plain, &fault), 0);
		assert_int_equal(plain.length, lengths[i]);
		if (lengths[i] > 0)
			assert_memory_equal(plain.bytes, bytes, lengths[i]);
		buffer_free(&plain);
		buffer_free(&archive);
	}
}

/* RFC 1952 section 2.2: members stand one behind the other. */
static void several_members(void **state)
{
	struct buffer archive, plain;
	const char *fault;

	(void)state;
	archive_init(&archive);
	gzip_add(&archive, "one ", 4);
	gzip_add(&archive, "", 0);
	gzip_add(&archive, "two", 3);
	assert_int_equal(unpack(&archive, &plain, &fault), 0);
	assert_string_equal(plain.bytes, "one two");
	buffer_free(&plain);
	buffer_free(&archive);
}

/* Small ones are unpacked whole, and what comes after a large one is not: it makes no difference. */
static void members_of_all_sizes(void **state)
{
	static const size_t lengths[] = { 1, 524287, 524288, 70000, 524289, 524288, 2000000, 3 };
	static char bytes[5000000];
	struct buffer archive, plain;
	const char *fault;
	size_t at = 0;

	(void)state;
	archive_init(&archive);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * i / 77777 ^ i >> 3);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		gzip_add(&archive, bytes + at, lengths[i]);
		at += lengths[i];
		assert_int_equal(unpack(&archive, &plain, &fault), 0);
		assert_int_equal(plain.length, at);
		assert_memory_equal(plain.bytes, bytes, at);
		buffer_free(&plain);
		archive.length--;
		assert_fault(&archive, "truncated");
		archive.bytes[archive.length - 5]++;
		archive.length++;
		assert_fault(&archive, "incorrect data check");
		archive.bytes[archive.length - 6]--;
	}
	buffer_free(&archive);
}

/* RFC 1952 section 2.3.1: the header's own CRC-16, here a wrong one. */
static void header_with_a_crc(void **state)
{
	struct buffer archive, packed;

	(void)state;
	archive_init(&archive);
	archive_init(&packed);
	gzip_add(&packed, "text", 4);
	add_bytes(&archive, "\x1f\x8b\x08\2\0\0\0\0\0\3" "xx", 12);
	add_bytes(&archive, packed.bytes + 10, packed.length - 10);
	assert_fault(&archive, "not in gzip format");
	buffer_free(&archive);
	buffer_free(&packed);
}

static void header_with_everything(void **state)
{
	static const char header[] = "\x1f\x8b\x08\x1c\0\0\0\0\0\3" "\2\0xx" "name\0" "comment";
	struct buffer archive, plain, packed;
	const char *fault;

	(void)state;
	archive_init(&archive);
	archive_init(&packed);
	gzip_add(&packed, "text", 4);
	add_bytes(&archive, header, sizeof header);
	add_bytes(&archive, packed.bytes + 10, packed.length - 10);
	assert_int_equal(unpack(&archive, &plain, &fault), 0);
	assert_string_equal(plain.bytes, "text");
	buffer_free(&plain);
	buffer_free(&archive);
	buffer_free(&packed);
}

static void cut_anywhere(void **state)
{
	struct buffer archive;

	(void)state;
	archive_init(&archive);
	gzip_add(&archive, "one ", 4);
	gzip_add(&archive, "some text, some text", 20);
	while (archive.length > 0) {
		archive.length--;
		/* Between the members is an end like any other. */
		if (archive.length != 24)
			assert_fault(&archive, "truncated");
	}
	buffer_free(&archive);
}

static void damaged_anywhere(void **state)
{
	struct buffer archive, plain;
	const char *fault;
	size_t harmless = 0;

	(void)state;
	archive_init(&archive);
	gzip_add(&archive, "some text, some text", 20);
	for (size_t i = 0; i < 8 * archive.length; i++) {
		archive.bytes[i / 8] = (char)(archive.bytes[i / 8] ^ (1 << i % 8));
		harmless += unpack(&archive, &plain, &fault) == 0;
		archive.bytes[i / 8] = (char)(archive.bytes[i / 8] ^ (1 << i % 8));
		buffer_free(&plain);
	}
	/* Time, extra flags, operating system and the text flag say nothing about the content. */
	assert_int_equal(harmless, 8 * (4 + 1 + 1) + 1);
	buffer_free(&archive);
}

static void trailing_bytes(void **state)
{
	struct buffer archive;

	(void)state;
	archive_init(&archive);
	gzip_add(&archive, "text", 4);
	add_bytes(&archive, "x", 1);
	assert_fault(&archive, "truncated");
	add_bytes(&archive, "garbage", 7);
	assert_fault(&archive, "not in gzip format");
	archive.length -= 8;
	add_bytes(&archive, "\0\0\0\0", 4);
	assert_fault(&archive, "not in gzip format");
	buffer_free(&archive);
}

static void other_formats(void **state)
{
	/* What looks like HTML, zip, compress, xz, bzip2, and gzip with another method. */
	static const char *const texts[] = {
		"<html>", "PK\3\4....", "\x1f\x9d....", "\3757zXZ", "BZh9....", "\x1f\x8b\x07.......",
	};
	struct buffer archive;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		archive_init(&archive);
		add_bytes(&archive, texts[i], strlen(texts[i]));
		assert_fault(&archive, "not in gzip format");
		buffer_free(&archive);
	}
}

static void a_file_that_cannot_be_read(void **state)
{
	struct stream *stream = stream_open_file(COMPRESSION_GZIP, scratch);
	const void *bytes;
	const char *fault;

	(void)state;
	assert_int_equal(stream_read(stream, &bytes, &fault), -1);
	assert_int_equal(errno, EISDIR);
	assert_null(fault);
	stream_close(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(unpacks),
		scratch_test(several_members),
		scratch_test(members_of_all_sizes),
		scratch_test(header_with_a_crc),
		scratch_test(header_with_everything),
		scratch_test(cut_anywhere),
		scratch_test(damaged_anywhere),
		scratch_test(trailing_bytes),
		scratch_test(other_formats),
		scratch_test(a_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
