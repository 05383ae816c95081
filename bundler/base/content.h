/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CONTENT_H
#define BUNDLER_BASE_CONTENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"

/*
 * The bytes of one file: in memory while there are few, else in an unnamed file, so that
 * memory does not grow with the size of a server binary.
 */
struct content {
	uint64_t size;
	struct digest digest;
	char *bytes;		/* NULL when they are in fd */
	int fd;			/* -1 when they are in bytes */
};

/* A content of a copy of length bytes. content_free frees it. */
struct content content_of(const void *bytes, size_t length);
void content_free(struct content *content);

/*
 * Makes *copy a second content of the same bytes, or of the same unnamed file; -1 with errno set.
 */
int content_share(const struct content *content, struct content *copy);

/* Reads up to length bytes at offset; the number read, 0 at the end, -1 with errno set. */
ssize_t content_read(const struct content *content, void *bytes, size_t length, uint64_t offset);

/* Writes all of it to descriptor fd at fd's position; -1 with errno set. */
int content_copy(const struct content *content, int fd);

/*
 * Gives the unnamed file the name path below dirfd instead of copying it, and returns a
 * descriptor of it that the caller closes. -1 when that cannot be done: the bytes are in
 * memory, the file has a name already, or it is on another file system, or on one that knows no
 * unnamed files.
 */
int content_link(const struct content *content, int dirfd, const char *path);

/*
 * A content while it is being written. Large ones are hashed and stored in a thread of their own.
 */
struct content_writer {
	int directory;		/* the unnamed file is made on this directory's file system */
	struct digest_state digest;
	struct buffer memory;
	int fd;
	struct channel *channel;	/* to fd and digest, once there is an fd */
};

/* Begins; directory is a descriptor that stays the caller's. The writer must not be moved. */
void content_begin(struct content_writer *writer, int directory);

/* Adds bytes; -1 with errno set when they, or earlier ones, cannot be stored. */
int content_add(struct content_writer *writer, const void *bytes, size_t length);

/*
 * Ends, and hands the content over; -1 with errno set when it could not be stored: then abandon
 * it.
 */
int content_end(struct content_writer *writer, struct content *content);

/* Gives up, or ends what content_end has emptied: nothing is left. */
void content_abandon(struct content_writer *writer);

#endif
