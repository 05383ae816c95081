/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_GZIP_H
#define BUNDLER_UNPACK_GZIP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A gzip stream (RFC 1952), unpacked and checked to its last byte: headers, CRC-32 and
 * lengths of all its members, and nothing behind the last. libarchive's own filter checks none of
 * it.
 */
struct gzip;

/* Begins at fd's position; fd stays the caller's, who ends it with gzip_close. */
struct gzip *gzip_open(int fd);

/* The next bytes of a stream: their number, up to length, 0 at the end, -1 with errno set. */
typedef ssize_t gzip_source(void *context, void *bytes, size_t length);

/* The same for bytes that come from source; context stays the caller's. */
struct gzip *gzip_open_source(gzip_source *source, void *context);

void gzip_close(struct gzip *gzip);

/*
 * The next bytes, in *bytes until the next call: their number, 0 at the end, -1 with *fault why the
 * stream is refused, or NULL with errno set when it cannot be read.
 */
ssize_t gzip_read(struct gzip *gzip, const void **bytes, const char **fault);

#endif
