/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_GZIP_H
#define BUNDLER_UNPACK_GZIP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Unpacks a gzip stream (RFC 1952) and checks it to its last byte: headers, CRC-32 and lengths of
 * all its members, and that nothing follows the last. libarchive's own filter checks none of this.
 */
struct gzip;

/* Begins at fd's position; fd stays the caller's. Ended with gzip_close. */
struct gzip *gzip_open(int fd);

/* Reads the next bytes of a stream: their number, up to length, 0 at the end, -1 and errno. */
typedef ssize_t gzip_source(void *context, void *bytes, size_t length);

/* The same for the bytes of source; context stays the caller's. */
struct gzip *gzip_open_source(gzip_source *source, void *context);

void gzip_close(struct gzip *gzip);

/*
 * Returns the number of the next bytes, which are in *bytes until the next call; 0 at the end. -1:
 * *fault says why the stream is refused, or is NULL when it cannot be read, with errno set.
 */
ssize_t gzip_read(struct gzip *gzip, const void **bytes, const char **fault);

#endif
