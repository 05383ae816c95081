/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the format; an archive is refused, or its members are whole. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unpack/release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct release_member *member)
{
	struct digest_state state;
	struct digest digest;
	uint8_t bytes[4096];
	uint64_t length = 0;
	ssize_t got;

	digest_init(&state);
	while ((got = content_read(&member->content, bytes, sizeof bytes, length)) > 0) {
		digest_add(&state, bytes, (size_t)got);
		length += (uint64_t)got;
	}
	digest = digest_read(&state);
	if (!member->found || got < 0 || length != member->content.size
	    || !digest_equal(&digest, &member->content.digest))
		abort();
}

static void try(int fd, uint64_t size, const char *format, int directory)
{
	struct release_member members[] = { { .name = "a" }, { .name = "d/b" } };
	const size_t count = sizeof members / sizeof members[0];
	struct error err;

	if (release_read(fd, size, format, "fuzz", directory, members, count, &err) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		check(&members[i]);
		content_free(&members[i].content);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd, directory;

	if (size == 0)
		return 0;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || directory < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1)
	    || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	try(fd, size - 1, data[0] % 2 == 0 ? "tar.gz" : "zip", directory);
	close(directory);
	close(fd);
	return 0;
}
