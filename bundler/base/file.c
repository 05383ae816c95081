/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files and descriptors, read and written. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

int file_read_open(struct buffer *buffer, int fd, const char *path, struct error *err)
{
	char chunk[16384];
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) == 0 && st.st_size > 0)
		buffer_expect(buffer, (uintmax_t)st.st_size);
	while ((got = read(fd, chunk, sizeof chunk)) > 0)
		if (buffer_add(buffer, chunk, (size_t)got) < 0)
			return error_set(err, STATUS_LIMIT,
					 "cannot read '%s': larger than %zu bytes",
					 path, buffer->maximum);
	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	return 0;
}

int file_open(int dirfd, const char *path, struct error *err)
{
	/* O_NONBLOCK: opening a FIFO must not block. */
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	if (fstat(fd, &st) < 0) {
		error_errno(err, STATUS_FILE, "cannot read '%s'", path);
		close(fd);
		return -1;
	}
	if (S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return error_set(err, STATUS_FILE, "cannot read '%s': not a regular file", path);
}

int file_read(struct buffer *buffer, int dirfd, const char *path, struct error *err)
{
	int fd = file_open(dirfd, path, err);
	int result;

	if (fd < 0)
		return -1;
	result = file_read_open(buffer, fd, path, err);
	close(fd);
	return result;
}

int file_write_all(int fd, const void *bytes, size_t length)
{
	const char *next = bytes;

	while (length > 0) {
		ssize_t written = write(fd, next, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		next += written;
		length -= (size_t)written;
	}
	return 0;
}

ssize_t file_read_at(int fd, void *bytes, size_t length, uint64_t offset)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got = pread(fd, (char *)bytes + done, length - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int create(int dirfd, const char *path, const void *bytes, size_t length, mode_t mode,
		  int (*flush)(int fd), struct error *err)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = -1;

	if (fd >= 0 && file_write_all(fd, bytes, length) == 0 && fchmod(fd, mode) == 0)
		result = flush ? flush(fd) : 0;
	if (result < 0)
		error_errno(err, STATUS_FILE, "cannot write '%s'", path);
	if (fd >= 0 && close(fd) < 0 && result == 0)
		result = error_errno(err, STATUS_FILE, "cannot write '%s'", path);
	return result;
}

int file_create(int dirfd, const char *path, const void *bytes, size_t length, mode_t mode,
		struct error *err)
{
	return create(dirfd, path, bytes, length, mode, fsync, err);
}

int file_create_unflushed(int dirfd, const char *path, const void *bytes, size_t length,
			  mode_t mode, struct error *err)
{
	return create(dirfd, path, bytes, length, mode, NULL, err);
}

/* Makes the directories above path. Returns the errno of the first one that failed, or 0. */
static int make_parents(const char *path)
{
	char *parent = memory_string(path);
	int fault = 0;

	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, 0777) < 0 && errno != EEXIST && fault == 0)
			fault = errno;
		*slash = '/';
	}
	free(parent);
	return fault;
}

int file_make_directory(const char *path, struct error *err)
{
	int fault = *path == '\0' ? 0 : make_parents(path);
	int fd;

	if (mkdir(path, 0777) < 0 && fault == 0)
		fault = errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	/* If the directory is missing, the reason is why it could not be made. */
	if (errno == ENOENT && fault != 0 && fault != EEXIST)
		errno = fault;
	return error_errno(err, STATUS_FILE, "cannot use directory '%s'", path);
}

char *file_first_missing(const char *path)
{
	char *part = memory_string(path), *slash = part;
	struct stat st;

	while (*slash) {
		slash += strspn(slash, "/");
		slash += strcspn(slash, "/");
		part[slash - part] = '\0';
		if (stat(part, &st) < 0 && errno == ENOENT)
			return part;
		part[slash - part] = path[slash - part];
	}
	free(part);
	return NULL;
}

void file_remove_directories(const char *path, const char *first)
{
	char *part = memory_string(path);
	size_t length = strlen(part);

	while (length >= strlen(first) && rmdir(part) == 0) {
		while (length > 0 && part[length - 1] == '/')
			length--;
		while (length > 0 && part[length - 1] != '/')
			length--;
		part[length] = '\0';
	}
	free(part);
}

/* Without unnamed files (FUSE, overlayfs before Linux 6.1), makes a file and unlinks it. */
int file_open_unnamed(int directory)
{
	static atomic_uint serial;
	char name[48];
	int fd = openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	/* The second one is of systems that do not know the flag, such as gVisor. */
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	snprintf(name, sizeof name, ".unnamed-%ld-%u", (long)getpid(),
		 atomic_fetch_add(&serial, 1));
	fd = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && unlinkat(directory, name, 0) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}
