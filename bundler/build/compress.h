/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_COMPRESS_H
#define BUNDLER_BUILD_COMPRESS_H

#include "base/channel.h"
#include "image/media.h"

/*
 * Compresses a stream as gzip (RFC 1952) or zstd (RFC 8878). Every COMPRESS_BLOCK_BYTES become one
 * gzip member or zstd frame, so processors share the work, memory does not grow with the stream,
 * and every machine gives the same bytes. A gzip member has no time or name. A zstd frame has its
 * content's size, which is also its window, and no checksum: the layer has digests.
 */

#define COMPRESS_BLOCK_BYTES 524288
/* For libdeflate: Go programs become no larger than with gzip -6, in a third of the time. */
#define COMPRESS_GZIP_LEVEL 5
/* libzstd's default: about a hundredth larger than that, in half the time. */
#define COMPRESS_ZSTD_LEVEL 3

/* Opens a channel that compresses its bytes, on all processors, and passes them to consume. */
struct channel *compress_open(enum compression format, channel_consume *consume,
			      void *context);

/* "none", "gzip" or "zstd". */
const char *compress_name(enum compression format);

/* Library, version and level, on which the bytes depend: "libdeflate <version> level <number>". */
const char *compress_version(enum compression format);

#endif
