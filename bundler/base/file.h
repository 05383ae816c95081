/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_FILE_H
#define BUNDLER_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

/* Reading and writing whole files and descriptors. Names in messages are what the user wrote. */

/*
 * Opens the regular file at path, below directory descriptor dirfd or AT_FDCWD, for reading; a
 * descriptor that the caller closes, or -1 with STATUS_FILE.
 */
int file_open(int dirfd, const char *path, struct error *err);

/*
 * Adds the whole regular file at path, below directory descriptor dirfd or AT_FDCWD, to
 * buffer. STATUS_FILE when it cannot be read, STATUS_LIMIT when it passes the buffer's maximum.
 */
int file_read(struct buffer *buffer, int dirfd, const char *path, struct error *err);

/* The same for a descriptor that is open for reading; path is for messages only. */
int file_read_open(struct buffer *buffer, int fd, const char *path, struct error *err);

/* Writes all bytes to fd, through short writes and EINTR; -1 with errno set. */
int file_write_all(int fd, const void *bytes, size_t length);

/*
 * Opens a new file without a name on the file system of directory, to write and read; -1 with
 * errno.
 */
int file_open_unnamed(int directory);

/* Reads until length bytes or the end; the number read, or -1 with errno set. */
ssize_t file_read_at(int fd, void *bytes, size_t length, uint64_t offset);

/* Makes the new file path below dirfd, with exactly this mode, and flushes it. STATUS_FILE. */
int file_create(int dirfd, const char *path, const void *bytes, size_t length, mode_t mode,
		struct error *err);

/* The same without waiting for the disk, for several files that are flushed together. */
int file_create_unflushed(int dirfd, const char *path, const void *bytes, size_t length,
			  mode_t mode, struct error *err);

/*
 * Opens the directory at path, making it and its missing parents with mode 0777 less the umask.
 * A descriptor that fsync(2) takes, closed by the caller; -1 with STATUS_FILE.
 */
int file_make_directory(const char *path, struct error *err);

/*
 * The first component of path that is not there, with all before it; NULL when all are. Caller
 * frees.
 */
char *file_first_missing(const char *path);

/* Removes the directories of path from the last to first, as long as they are empty. */
void file_remove_directories(const char *path, const char *first);

#endif
