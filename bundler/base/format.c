/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and the marks by which they are recognised. */
#include "base/format.h"

#include <string.h>

static const struct format table[] = {
	{ "tar.gz", FORMAT_TAR, COMPRESSION_GZIP },
	{ "tgz", FORMAT_TAR, COMPRESSION_GZIP },
	{ "tar.xz", FORMAT_TAR, COMPRESSION_XZ },
	{ "txz", FORMAT_TAR, COMPRESSION_XZ },
	{ "tar.zst", FORMAT_TAR, COMPRESSION_ZSTD },
	{ "tar.bz2", FORMAT_TAR, COMPRESSION_BZIP2 },
	{ "tbz", FORMAT_TAR, COMPRESSION_BZIP2 },
	{ "tar", FORMAT_TAR, COMPRESSION_NONE },
	{ "zip", FORMAT_ZIP, COMPRESSION_NONE },
	{ "program", FORMAT_PROGRAM, COMPRESSION_NONE },
	{ "gz", FORMAT_PROGRAM, COMPRESSION_GZIP },
	{ "xz", FORMAT_PROGRAM, COMPRESSION_XZ },
	{ "zst", FORMAT_PROGRAM, COMPRESSION_ZSTD },
	{ "bz2", FORMAT_PROGRAM, COMPRESSION_BZIP2 },
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const char *format_fault(const char *name)
{
	return format_find(name) ? NULL : "there is no such format";
}

const struct format *format_guess(const void *head, size_t length)
{
	/* RFC 1952 section 2.3.1, xz-file-format section 2.1.1.1, RFC 8878 section 3.1.1 */
	static const struct {
		size_t offset;
		const char *bytes, *format;
	} marks[] = {
		{ 0, "\x1f\x8b", "tar.gz" },
		{ 0, "\xfd" "7zXZ", "tar.xz" },
		{ 0, "\x28\xb5\x2f\xfd", "tar.zst" },
		{ 0, "BZh", "tar.bz2" },
		{ 0, "PK\3\4", "zip" },
		{ 0, "\x7f" "ELF", "program" },
		{ 257, "ustar", "tar" },
	};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (length >= marks[i].offset + strlen(marks[i].bytes)
		    && memcmp((const char *)head + marks[i].offset, marks[i].bytes,
			      strlen(marks[i].bytes)) == 0)
			return format_find(marks[i].format);
	return NULL;
}
