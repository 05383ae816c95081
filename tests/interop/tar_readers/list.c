/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists archives as bundler reads them, in the form of main.go. Standard input has the archives one
 * after the other, each behind its length, eight bytes with the lowest first.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "unpack/tar.h"

struct bytes {
	unsigned char *start;
	size_t length, at;
};

static ssize_t read_bytes(void *context, const void **bytes, const char **fault)
{
	struct bytes *source = context;
	const size_t got = source->length - source->at;

	*fault = NULL;
	*bytes = source->start + source->at;
	source->at = source->length;
	return (ssize_t)got;
}

/* RFC 1950 section 8.2 */
static uint32_t adler32(uint32_t sum, const void *bytes, size_t length)
{
	uint32_t low = sum & 0xffff, high = sum >> 16;

	for (size_t i = 0; i < length; i++) {
		low = (low + ((const unsigned char *)bytes)[i]) % 65521;
		high = (high + low) % 65521;
	}
	return high << 16 | low;
}

static void print_hex(const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf("%02x", ((const unsigned char *)bytes)[i]);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct pax_attribute *)a)->name,
		      ((const struct pax_attribute *)b)->name);
}

/* Go's reader knows those of star alone, which have no prefix here. */
static void print_attributes(const struct pax_attribute *attributes, size_t count)
{
	struct pax_attribute *sorted;

	if (count == 0)
		return;
	sorted = memory_copy(attributes, count * sizeof *attributes);
	qsort(sorted, count, sizeof *sorted, compare);
	for (size_t i = 0; i < count; i++) {
		if (strncmp(sorted[i].name, "LIBARCHIVE.", 11) == 0
		    || strncmp(sorted[i].name, "RHT.", 4) == 0
		    || strncmp(sorted[i].name, "SCHILY.", 7) == 0)
			continue;
		printf(" ");
		print_hex(sorted[i].name, strlen(sorted[i].name));
		printf("=");
		print_hex(sorted[i].value, sorted[i].length);
	}
	free(sorted);
}

static int list(struct tar *tar, const char **fault)
{
	struct tar_member member;
	int more;

	while ((more = tar_next(tar, &member, fault)) > 0) {
		uint32_t sum = 1;
		const void *bytes;
		ssize_t got;

		printf("%d ", member.type);
		print_hex(member.name, strlen(member.name));
		printf(" >");
		print_hex(member.target, strlen(member.target));
		printf(" %" PRIo32 " %" PRIu64 ":%" PRIu64 " %" PRId64 ".%09" PRIu32 " %" PRIu64 ":%"
		       PRIu64, member.mode, member.uid, member.gid, member.mtime,
		       member.nanoseconds, member.device_major, member.device_minor);
		print_attributes(member.attributes, member.attribute_count);
		while ((got = tar_read(tar, &bytes, fault)) > 0)
			sum = adler32(sum, bytes, (size_t)got);
		printf(" %" PRIu64 " %08" PRIx32 "\n", member.size, sum);
		if (got < 0)
			return -1;
	}
	return more;
}

int main(void)
{
	uint64_t length;

	for (size_t number = 0; fread(&length, sizeof length, 1, stdin) == 1; number++) {
		struct bytes bytes = { .start = memory_new(length + 1, 1), .length = length };
		struct tar *tar;
		const char *fault;

		if (fread(bytes.start, 1, length, stdin) != length)
			return 1;
		tar = tar_open(&(struct tar_source){ .read = read_bytes, .context = &bytes });
		printf("archive %zu\n", number);
		if (list(tar, &fault) < 0)
			printf("refused: %s\n", fault ? fault : "?");
		tar_close(tar);
		free(bytes.start);
	}
	return 0;
}
