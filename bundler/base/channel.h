/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CHANNEL_H
#define BUNDLER_BASE_CHANNEL_H

#include <stddef.h>

/*
 * A stream of bytes from the caller to threads, in blocks, of which a bounded number waits.
 */
struct channel;

/* Takes the next bytes of a stream; -1 with errno set ends it. */
typedef int channel_consume(void *context, const void *bytes, size_t length);

/* What blocks become before they are consumed; done by as many threads as there are processors. */
struct channel_filter {
	size_t block_bytes;	/* in each block but the last */
	void *(*open)(void);	/* of a thread; aborts without memory */
	/* The number of bytes that the block becomes, which are in *output until the next call. */
	size_t (*convert)(void *state, const void *bytes, size_t length, const void **output);
	void (*close)(void *state);
};

/*
 * Opens a channel whose other end is consume. It is called in order and never twice at a time, from
 * threads, or from the caller's where none can be made. filter is NULL for bytes that stay as they
 * are. context stays the caller's and must not be touched until channel_close.
 */
struct channel *channel_open(const struct channel_filter *filter, channel_consume *consume,
			     void *context);

/* Adds bytes, and waits while the channel is full; -1 with errno set once consuming has failed. */
int channel_add(struct channel *channel, const void *bytes, size_t length);

/*
 * Waits until all was consumed and frees the channel; -1 with errno set when consuming has
 * failed.
 */
int channel_close(struct channel *channel);

#endif
