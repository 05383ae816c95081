/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_STREAM_H
#define BUNDLER_UNPACK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/format.h"

/*
 * Unpacks a compressed stream and checks it to its last byte: all that the format's own tool would
 * unpack, with every check and length, and that nothing follows. What is accepted:
 * - gzip (RFC 1952): one member or several.
 * - xz: one stream or several, with stream padding; dictionaries of at most LIMIT_XZ_DICTIONARY.
 * - zstd (RFC 8878): one frame or several, skippable ones, too; windows of at most
 *   LIMIT_ZSTD_WINDOW_LOG, and no dictionary.
 * - bzip2: one stream or several.
 */
struct stream;

/* Reads the next bytes of the source: their number, up to length, 0 at the end, -1 and errno. */
typedef ssize_t stream_source(void *context, void *bytes, size_t length);

/* Begins with the first bytes of source; context stays the caller's. Ended with stream_close. */
struct stream *stream_open(enum compression compression, stream_source *source, void *context);

/* The same for the bytes of fd from its position; fd stays the caller's. */
struct stream *stream_open_file(enum compression compression, int fd);

void stream_close(struct stream *stream);

/*
 * Returns the number of the next bytes, which are in *bytes until the next call; 0 at the end. -1:
 * *fault says why the stream is refused, or is NULL when it cannot be read, with errno set.
 */
ssize_t stream_read(struct stream *stream, const void **bytes, const char **fault);

/* Whether the fault is that the stream needs more memory than limits.h allows. */
bool stream_exceeds(const struct stream *stream);

#endif
