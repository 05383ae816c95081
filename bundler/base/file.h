/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_FILE_H
#define BUNDLER_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

/* Reads and writes whole files and descriptors. Messages have the paths as the user wrote them. */

/*
 * Opens the regular file at path, relative to dirfd or AT_FDCWD, for reading. Returns a descriptor,
 * which the caller closes, or -1 with STATUS_FILE.
 */
int file_open(int dirfd, const char *path, struct error *err);

/*
 * Adds the whole regular file at path, relative to dirfd or AT_FDCWD, to buffer. STATUS_FILE if it
 * cannot be read, STATUS_LIMIT beyond the buffer's maximum.
 */
int file_read(struct buffer *buffer, int dirfd, const char *path, struct error *err);

/* The same from a descriptor; path is for messages. */
int file_read_open(struct buffer *buffer, int fd, const char *path, struct error *err);

/* Writes all bytes to fd, through short writes and EINTR; -1 with errno set. */
int file_write_all(int fd, const void *bytes, size_t length);

/* Opens a new unnamed file, to read and write, on the file system of directory; -1 and errno. */
int file_open_unnamed(int directory);

/* Reads length bytes at offset, or up to the end; the number read, or -1 with errno set. */
ssize_t file_read_at(int fd, void *bytes, size_t length, uint64_t offset);

/* Makes a new file at path below dirfd with exactly this mode, and flushes it. STATUS_FILE. */
int file_create(int dirfd, const char *path, const void *bytes, size_t length, mode_t mode,
		struct error *err);

/* The same without the flush, for several files that are flushed together. */
int file_create_unflushed(int dirfd, const char *path, const void *bytes, size_t length,
			  mode_t mode, struct error *err);

/*
 * Opens the directory at path; makes it and its parents, with mode 0777 less the umask, if they are
 * missing. Returns a descriptor that fsync(2) accepts, which the caller closes, or STATUS_FILE.
 */
int file_make_directory(const char *path, struct error *err);

/* path up to its first component that does not exist; NULL if all exist. Caller frees. */
char *file_first_missing(const char *path);

/* Removes the directories of path, from the last one up to first, while they are empty. */
void file_remove_directories(const char *path, const char *first);

#endif
