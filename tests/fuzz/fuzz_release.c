/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the format; an archive is refused, or its members are whole. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unpack/release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct members_file *member)
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

/* A program, two members, or all below a directory and a member, with links. */
static void try(int fd, uint64_t size, const struct format *format, bool all, int directory)
{
	struct members members = { .files = NULL };
	struct error err;

	members_want(&members, "a", all);
	if (format->content == FORMAT_PROGRAM)
		;
	else if (all)
		members_want_directory(&members, "d/", true);
	else
		members_want(&members, "d/b", false);
	if (release_read(fd, size, format, "fuzz", directory, &members, &err) == 0)
		for (size_t i = 0; i < members.file_count; i++)
			check(&members.files[i]);
	members_free(&members);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {
		"tar.gz", "zip", "tar", "tar.xz", "tar.zst", "tar.bz2", "xz", "zst", "bz2", "gz",
	};
	const size_t count = sizeof formats / sizeof formats[0];
	int fd, directory;

	if (size == 0)
		return 0;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || directory < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1)
	    || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	try(fd, size - 1, format_find(formats[data[0] % 128 % count]), data[0] & 128, directory);
	close(directory);
	close(fd);
	return 0;
}
