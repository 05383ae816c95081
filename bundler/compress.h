#ifndef BUNDLER_COMPRESS_H
#define BUNDLER_COMPRESS_H

#include <stddef.h>

#include "channel.h"

/*
 * Compression of a stream as gzip (RFC 1952): every COMPRESS_BLOCK_BYTES of it are a member of
 * their own, without a time or a name. So processors share the work, memory does not grow with
 * the stream, and the same bytes come out on every machine.
 */

#define COMPRESS_BLOCK_BYTES 524288
/*
 * Of libdeflate: no larger than gzip -6 on the binaries of Go programs, at three times its speed.
 */
#define COMPRESS_LEVEL 5

struct compress;

/*
 * Opens a compressor that hands its output to consume, in order and from threads of its own, one at
 * a time. context stays the caller's and must not be touched until compress_close.
 */
struct compress *compress_open(channel_consume *consume, void *context);

/* Adds bytes of the stream; -1 with errno set once the output could not be taken. */
int compress_add(struct compress *compress, const void *bytes, size_t length);

/* Waits until all output was taken, and frees; -1 with errno set when some could not be. */
int compress_close(struct compress *compress);

/* What the output's bytes depend on: "libdeflate <version> level <number>". */
const char *compress_version(void);

#endif
