/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a ZIP archive's end record before libarchive reads its directory. */
#include "unpack/zip.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "base/file.h"
#include "base/limits.h"

#define END_BYTES 22		/* of the end record without its comment */
#define LOCATOR_BYTES 20	/* of ZIP64's end record, right before the other one */
#define TAIL_BYTES 16384	/* how far from the end libarchive looks for it */

static uint32_t number(const unsigned char *bytes, unsigned count)
{
	uint32_t value = 0;

	while (count-- > 0)
		value = value << 8 | bytes[count];
	return value;
}

const char *zip_fault(int fd, uint64_t size)
{
	unsigned char tail[TAIL_BYTES];
	size_t wanted = size < sizeof tail ? (size_t)size : sizeof tail;
	const unsigned char *end = tail + wanted;
	uint64_t directory, offset, position;

	if (file_read_at(fd, tail, wanted, size - wanted) != (ssize_t)wanted || wanted < END_BYTES)
		return "it is truncated or not a ZIP archive";
	/* libarchive, too, searches the last end record from behind. */
	end -= END_BYTES;
	while (end > tail && memcmp(end, "PK\5\6", 4) != 0)
		end--;
	if (memcmp(end, "PK\5\6", 4) != 0)
		return "it is truncated or not a ZIP archive";
	position = size - wanted + (uint64_t)(end - tail);
	directory = number(end + 12, 4);
	offset = number(end + 16, 4);
	if (position + END_BYTES + number(end + 20, 2) != size)
		return "something follows its end record";
	if (end - tail >= LOCATOR_BYTES && memcmp(end - LOCATOR_BYTES, "PK\6\7", 4) == 0)
		return "it is a ZIP64 archive";
	if (directory > LIMIT_ZIP_DIRECTORY_BYTES)
		return "its central directory is too large";
	if (offset + directory != position)
		return "its central directory is not before its end record";
	return NULL;
}
