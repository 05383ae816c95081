/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CHANNEL_H
#define BUNDLER_BASE_CHANNEL_H

#include <stddef.h>

/* Bytes that one thread makes and another consumes, in order, a bounded number of them between. */
struct channel;

/* Takes the next bytes of a stream; -1 with errno set ends it. */
typedef int channel_consume(void *context, const void *bytes, size_t length);

/*
 * Opens a channel whose other end is consume, in a thread of its own, or in the caller's where no
 * thread can be made. context stays the caller's and must not be touched until channel_close.
 */
struct channel *channel_open(channel_consume *consume, void *context);

/*
 * Hands bytes over, waiting while the channel is full; -1 with errno set once consuming has
 * failed.
 */
int channel_add(struct channel *channel, const void *bytes, size_t length);

/*
 * Waits until all was consumed and frees the channel; -1 with errno set when consuming has
 * failed.
 */
int channel_close(struct channel *channel);

#endif
