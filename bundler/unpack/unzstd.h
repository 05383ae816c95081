/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_UNZSTD_H
#define BUNDLER_UNPACK_UNZSTD_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Unpacks a zstd stream (RFC 8878) and checks it to its last byte: all frames, the sizes and
 * checksums that they state, and that nothing follows the last. Frames that need a larger window
 * than LIMIT_ZSTD_WINDOW_LOG, or a dictionary, are refused.
 */
struct unzstd;

/* Reads the next bytes of a stream: their number, up to length, 0 at the end, -1 and errno. */
typedef ssize_t unzstd_source(void *context, void *bytes, size_t length);

/* Begins with the bytes of source; context stays the caller's. Ended with unzstd_close. */
struct unzstd *unzstd_open(unzstd_source *source, void *context);
void unzstd_close(struct unzstd *zstd);

/*
 * Returns the number of the next bytes, which are in *bytes until the next call; 0 at the end. -1:
 * *fault says why the stream is refused, or is NULL when it cannot be read, with errno set.
 */
ssize_t unzstd_read(struct unzstd *zstd, const void **bytes, const char **fault);

#endif
