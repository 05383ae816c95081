/* SPDX-License-Identifier: Apache-2.0 */
/* An archive is refused, or each of its files can be read, to its size and not beyond the archive. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pool.h"
#include "image/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_file(const struct files *files, const struct files_entry *entry)
{
	struct files_reader file;
	struct error err;
	uint64_t length = 0;
	char chunk[4096];
	ssize_t got;

	if (files_reader_open(&file, files, entry, &err) < 0)
		abort();
	while ((got = files_reader_read(&file, chunk, sizeof chunk, length)) > 0)
		length += (uint64_t)got;
	if (got < 0 || length != entry->size || file.size != entry->size)
		abort();
	files_reader_close(&file);
}

static void read_all(const struct files *files)
{
	const struct files_entry *entries, *found;
	size_t count;

	entries = files_entries(files, &count);
	for (size_t i = 0; i < count; i++) {
		found = files_find(files, entries[i].name);
		if (!found || (entries[i].file && (found != &entries[i] || entries[i].fault)))
			abort();
		if (entries[i].file)
			read_file(files, &entries[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool pool = { 0 };
	int fd = memfd_create("archive", MFD_CLOEXEC);
	struct location place = { .kind = LOCATION_OCI_ARCHIVE };
	struct files *files;
	struct error err;

	if (fd < 0 || file_write_all(fd, data, size) < 0)
		abort();
	place.path = pool_format(&pool, "/proc/self/fd/%d", fd);
	if (files_open(&files, &place, &err) == 0) {
		read_all(files);
		files_close(files);
	}
	close(fd);
	pool_free(&pool);
	return 0;
}
