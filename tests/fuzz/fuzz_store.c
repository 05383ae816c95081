/* An archive is refused, or each of its files can be read, to its size and not beyond the archive. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pool.h"
#include "image/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_file(const struct store *store, const struct store_entry *entry)
{
	struct store_file file;
	struct error err;
	uint64_t length = 0;
	char chunk[4096];
	ssize_t got;

	if (store_file_open(&file, store, entry, &err) < 0)
		abort();
	while ((got = store_file_read(&file, chunk, sizeof chunk, length)) > 0)
		length += (uint64_t)got;
	if (got < 0 || length != entry->size || file.size != entry->size)
		abort();
	store_file_close(&file);
}

static void read_all(const struct store *store)
{
	const struct store_entry *entries, *found;
	size_t count;

	entries = store_entries(store, &count);
	for (size_t i = 0; i < count; i++) {
		found = store_find(store, entries[i].name);
		if (!found || (entries[i].file && (found != &entries[i] || entries[i].fault)))
			abort();
		if (entries[i].file)
			read_file(store, &entries[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool pool = { 0 };
	int fd = memfd_create("archive", MFD_CLOEXEC);
	struct place place = { .kind = PLACE_OCI_ARCHIVE };
	struct store *store;
	struct error err;

	if (fd < 0 || file_write_all(fd, data, size) < 0)
		abort();
	place.path = pool_format(&pool, "/proc/self/fd/%d", fd);
	if (store_open(&store, &place, &err) == 0) {
		read_all(store);
		store_close(store);
	}
	close(fd);
	pool_free(&pool);
	return 0;
}
