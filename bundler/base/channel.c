/* SPDX-License-Identifier: Apache-2.0 */
#include "base/channel.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLOCKS 4
#define BLOCK_BYTES 65536

struct block {
	size_t length;
	char bytes[BLOCK_BYTES];
};

struct channel {
	channel_consume *consume;
	void *context;
	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock;		/* of all below but the bytes of blocks in use */
	pthread_cond_t changed;
	size_t made, consumed;		/* numbers of blocks; the one being filled is number made */
	bool ended;
	int fault;			/* errno of consume, or 0 */
	struct block blocks[BLOCKS];
};

/* Notes how consuming a block went; the other side may be waiting for the room or the fault. */
static void note_consumed(struct channel *channel, int fault)
{
	pthread_mutex_lock(&channel->lock);
	channel->consumed++;
	channel->fault = fault;
	pthread_cond_signal(&channel->changed);
	pthread_mutex_unlock(&channel->lock);
}

/* The next block to consume; NULL when there will be none. */
static struct block *wait_for_block(struct channel *channel)
{
	struct block *block = NULL;

	pthread_mutex_lock(&channel->lock);
	while (channel->consumed == channel->made && !channel->ended)
		pthread_cond_wait(&channel->changed, &channel->lock);
	if (channel->consumed < channel->made && channel->fault == 0)
		block = &channel->blocks[channel->consumed % BLOCKS];
	pthread_mutex_unlock(&channel->lock);
	return block;
}

static void *consume_all(void *argument)
{
	struct channel *channel = argument;
	struct block *block;

	while ((block = wait_for_block(channel))) {
		int result = channel->consume(channel->context, block->bytes, block->length);

		note_consumed(channel, result < 0 ? errno : 0);
	}
	return NULL;
}

struct channel *channel_open(channel_consume *consume, void *context)
{
	struct channel *channel = memory_new(1, sizeof *channel);

	channel->consume = consume;
	channel->context = context;
	pthread_mutex_init(&channel->lock, NULL);
	pthread_cond_init(&channel->changed, NULL);
	channel->threaded = pthread_create(&channel->thread, NULL, consume_all, channel) == 0;
	return channel;
}

/* Hands over the block that was being filled, and waits until there is room for another. */
static int pass_block(struct channel *channel)
{
	struct block *block = &channel->blocks[channel->made % BLOCKS];
	int fault;

	pthread_mutex_lock(&channel->lock);
	channel->made++;
	pthread_cond_signal(&channel->changed);
	while (channel->threaded && channel->made - channel->consumed == BLOCKS
	       && channel->fault == 0)
		pthread_cond_wait(&channel->changed, &channel->lock);
	fault = channel->fault;
	pthread_mutex_unlock(&channel->lock);
	if (!channel->threaded && fault == 0) {
		fault = channel->consume(channel->context, block->bytes, block->length) < 0
			? errno : 0;
		note_consumed(channel, fault);
	}
	channel->blocks[channel->made % BLOCKS].length = 0;
	errno = fault;
	return fault == 0 ? 0 : -1;
}

int channel_add(struct channel *channel, const void *bytes, size_t length)
{
	const char *next = bytes;

	while (length > 0) {
		struct block *block = &channel->blocks[channel->made % BLOCKS];
		size_t room = sizeof block->bytes - block->length;
		size_t part = length < room ? length : room;

		memcpy(block->bytes + block->length, next, part);
		block->length += part;
		next += part;
		length -= part;
		if (block->length == sizeof block->bytes && pass_block(channel) < 0)
			return -1;
	}
	return 0;
}

int channel_close(struct channel *channel)
{
	int fault;

	if (channel->blocks[channel->made % BLOCKS].length > 0)
		pass_block(channel);
	pthread_mutex_lock(&channel->lock);
	channel->ended = true;
	pthread_cond_signal(&channel->changed);
	pthread_mutex_unlock(&channel->lock);
	if (channel->threaded)
		pthread_join(channel->thread, NULL);
	fault = channel->fault;
	pthread_cond_destroy(&channel->changed);
	pthread_mutex_destroy(&channel->lock);
	free(channel);
	errno = fault;
	return fault == 0 ? 0 : -1;
}
