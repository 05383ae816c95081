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
 * The bytes of one file: small ones in memory, large ones in an unnamed file, so that memory does
 * not grow with the size of a server binary.
 */
struct content {
	uint64_t size;
	struct digest digest;
	char *bytes;		/* NULL if the content is in fd */
	int fd;			/* -1 if the content is in bytes */
};

/* A content with a copy of length bytes. Caller frees with content_free. */
struct content content_of(const void *bytes, size_t length);
void content_free(struct content *content);

/* Makes *copy a copy: of the bytes, or of the descriptor of the same file; -1 with errno set. */
int content_share(const struct content *content, struct content *copy);

/* Reads up to length bytes at offset; the number read, 0 at the end, -1 with errno set. */
ssize_t content_read(const struct content *content, void *bytes, size_t length, uint64_t offset);

/* Writes all of it to descriptor fd at fd's position; -1 with errno set. */
int content_copy(const struct content *content, int fd);

/*
 * Gives the unnamed file the name path below dirfd, so that it need not be copied, and returns a
 * descriptor that the caller closes. -1 if that is impossible: the bytes are in memory, or the file
 * has a name, or is on another file system or one without unnamed files.
 */
int content_link(const struct content *content, int dirfd, const char *path);

/* Writes a content. Large ones are hashed and stored in a second thread. */
struct content_writer {
	int directory;		/* on its file system the unnamed file is made */
	struct digest_state digest;
	struct buffer memory;
	int fd;
	struct channel *channel;	/* to fd and digest, once there is an fd */
};

/* Begins. The caller closes directory, a descriptor, later. The writer must not be moved. */
void content_begin(struct content_writer *writer, int directory);

/* Adds bytes; -1 with errno set when they, or earlier ones, cannot be stored. */
int content_add(struct content_writer *writer, const void *bytes, size_t length);

/* Ends, and fills content; -1 with errno set if it could not be stored. Then abandon the writer. */
int content_end(struct content_writer *writer, struct content *content);

/* Frees what is left in the writer: all of it or, after content_end, nothing. */
void content_abandon(struct content_writer *writer);

#endif
