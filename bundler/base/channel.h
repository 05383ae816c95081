/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CHANNEL_H
#define BUNDLER_BASE_CHANNEL_H

#include <stddef.h>

/* A stream of bytes from the caller to threads, in blocks. A bounded number of blocks can wait. */
struct channel;

/* Takes the next bytes of a stream; -1 with errno set ends it. */
typedef int channel_consume(void *context, const void *bytes, size_t length);

/* Converts blocks before they are consumed, in as many threads as there are processors. */
struct channel_filter {
	size_t block_bytes;	/* in each block but the last */
	void *(*open)(void);	/* the state of one thread; aborts without memory */
	/* Returns the number of bytes at *output, which are valid until the next call. */
	size_t (*convert)(void *state, const void *bytes, size_t length, const void **output);
	void (*close)(void *state);
};

/*
 * Opens a channel to consume, which is called in order and never twice at a time, in other threads,
 * or in the caller's if none can be made. filter is NULL for unchanged bytes. context must not be
 * used otherwise before channel_close.
 */
struct channel *channel_open(const struct channel_filter *filter, channel_consume *consume,
			     void *context);

/* Adds bytes, and waits while the channel is full; -1 with errno set once consuming has failed. */
int channel_add(struct channel *channel, const void *bytes, size_t length);

/* Waits until all is consumed, and frees the channel; -1 with errno set if consuming failed. */
int channel_close(struct channel *channel);

#endif
