/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_COMPRESS_H
#define BUNDLER_BUILD_COMPRESS_H

#include "base/channel.h"
#include "image/media.h"

/*
 * Compression of a stream as gzip (RFC 1952) or zstd (RFC 8878): every COMPRESS_BLOCK_BYTES of it
 * are a member, or a frame, of their own. So processors share the work, memory does not grow with
 * the stream, and the same bytes come out on every machine. A gzip member has no time or name; a
 * zstd frame has its content's size, which is its window, too, and no checksum, for a layer's
 * digests say more than one.
 */

#define COMPRESS_BLOCK_BYTES 524288
/*
 * Of libdeflate: no larger than gzip -6 on the binaries of Go programs, at three times its speed.
 */
#define COMPRESS_GZIP_LEVEL 5
/* The library's default: some hundredth larger than that, at twice its speed. */
#define COMPRESS_ZSTD_LEVEL 3

/*
 * Opens a channel that compresses what is added to it, on all processors, and hands the output to
 * consume.
 */
struct channel *compress_open(enum media_compression format, channel_consume *consume,
			      void *context);

/* What the output's bytes depend on: "libdeflate <version> level <number>", or libzstd. */
const char *compress_version(enum media_compression format);

#endif
