/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_UNZSTD_H
#define BUNDLER_UNPACK_UNZSTD_H

#include <stddef.h>
#include <sys/types.h>

/*
 * A zstd stream (RFC 8878), unpacked and checked to its last byte: all its frames, their sizes and
 * checksums where they state them, and nothing behind the last. Frames that want a larger window
 * than LIMIT_ZSTD_WINDOW_LOG, or a dictionary, are refused.
 */
struct unzstd;

/* The next bytes of a stream: their number, up to length, 0 at the end, -1 with errno set. */
typedef ssize_t unzstd_source(void *context, void *bytes, size_t length);

/* Begins with bytes that come from source; context stays the caller's. Ended by unzstd_close. */
struct unzstd *unzstd_open(unzstd_source *source, void *context);
void unzstd_close(struct unzstd *zstd);

/*
 * The next bytes, in *bytes until the next call: their number, 0 at the end, -1 with *fault why the
 * stream is refused, or NULL with errno set when it cannot be read.
 */
ssize_t unzstd_read(struct unzstd *zstd, const void **bytes, const char **fault);

#endif
