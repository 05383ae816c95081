/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of blocks: the caller fills one while threads work on those before it. */
#include "base/channel.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/jobs.h"
#include "base/memory.h"

#define PLAIN_BLOCKS 4
#define PLAIN_BLOCK_BYTES 65536
#define MAXIMUM_THREADS 8

struct channel {
	const struct channel_filter *filter;	/* or NULL */
	channel_consume *consume;
	void *context;
	size_t block_count, block_bytes;
	char *bytes;			/* of all blocks */
	size_t lengths[MAXIMUM_THREADS + 1];
	pthread_t threads[MAXIMUM_THREADS];
	size_t thread_count;
	bool alone;			/* no thread could be made; the caller does their work */
	pthread_mutex_t lock;		/* for all below; a block is its filler's or its taker's */
	pthread_cond_t changed;
	size_t filled, taken, consumed;	/* numbers of blocks; number filled is being filled */
	bool ended;
	int fault;			/* errno of consume, or 0 */
};

/* Runs in each thread: takes blocks as they come, and consumes each in its turn. */
static void *work(void *argument)
{
	struct channel *channel = argument;
	const struct channel_filter *filter = channel->filter;
	void *state = filter ? filter->open() : NULL;

	pthread_mutex_lock(&channel->lock);
	for (;;) {
		size_t number, length;
		const void *bytes;
		int fault;

		while (channel->taken == channel->filled && !channel->ended && !channel->alone)
			pthread_cond_wait(&channel->changed, &channel->lock);
		if (channel->taken == channel->filled)
			break;
		number = channel->taken++;
		bytes = channel->bytes + number % channel->block_count * channel->block_bytes;
		length = channel->lengths[number % channel->block_count];
		if (filter) {
			pthread_mutex_unlock(&channel->lock);
			length = filter->convert(state, bytes, length, &bytes);
			pthread_mutex_lock(&channel->lock);
		}
		while (channel->consumed != number)
			pthread_cond_wait(&channel->changed, &channel->lock);
		fault = channel->fault;
		pthread_mutex_unlock(&channel->lock);
		/* After a failure blocks are only taken: the caller may wait for room. */
		if (fault == 0 && channel->consume(channel->context, bytes, length) < 0)
			fault = errno;
		pthread_mutex_lock(&channel->lock);
		channel->fault = fault;
		channel->consumed++;
		pthread_cond_broadcast(&channel->changed);
	}
	pthread_mutex_unlock(&channel->lock);
	if (filter)
		filter->close(state);
	return NULL;
}

struct channel *channel_open(const struct channel_filter *filter, channel_consume *consume,
			     void *context)
{
	struct channel *channel = memory_new(1, sizeof *channel);
	size_t wanted = filter ? jobs_processors() : 1;

	if (wanted > MAXIMUM_THREADS)
		wanted = MAXIMUM_THREADS;
	channel->filter = filter;
	channel->consume = consume;
	channel->context = context;
	/* One more than the threads take, so that the caller can fill one meanwhile. */
	channel->block_count = filter ? wanted + 1 : PLAIN_BLOCKS;
	channel->block_bytes = filter ? filter->block_bytes : PLAIN_BLOCK_BYTES;
	channel->bytes = memory_new(channel->block_count, channel->block_bytes);
	pthread_mutex_init(&channel->lock, NULL);
	pthread_cond_init(&channel->changed, NULL);
	while (channel->thread_count < wanted
	       && pthread_create(&channel->threads[channel->thread_count], NULL, work,
				 channel) == 0)
		channel->thread_count++;
	if (channel->thread_count == 0)
		channel->alone = true;
	return channel;
}

/* Hands over the block that was being filled, and waits until there is room for another. */
static int pass_block(struct channel *channel)
{
	int fault;

	pthread_mutex_lock(&channel->lock);
	channel->filled++;
	pthread_cond_broadcast(&channel->changed);
	if (channel->alone) {
		pthread_mutex_unlock(&channel->lock);
		work(channel);
		pthread_mutex_lock(&channel->lock);
	}
	while (channel->filled - channel->consumed == channel->block_count)
		pthread_cond_wait(&channel->changed, &channel->lock);
	fault = channel->fault;
	pthread_mutex_unlock(&channel->lock);
	channel->lengths[channel->filled % channel->block_count] = 0;
	errno = fault;
	return fault == 0 ? 0 : -1;
}

int channel_add(struct channel *channel, const void *bytes, size_t length)
{
	const char *next = bytes;

	while (length > 0) {
		const size_t block = channel->filled % channel->block_count;
		const size_t room = channel->block_bytes - channel->lengths[block];
		const size_t part = length < room ? length : room;

		memcpy(channel->bytes + block * channel->block_bytes + channel->lengths[block],
		       next, part);
		channel->lengths[block] += part;
		next += part;
		length -= part;
		if (part == room && pass_block(channel) < 0)
			return -1;
	}
	return 0;
}

int channel_close(struct channel *channel)
{
	int fault;

	if (channel->lengths[channel->filled % channel->block_count] > 0)
		pass_block(channel);
	pthread_mutex_lock(&channel->lock);
	channel->ended = true;
	pthread_cond_broadcast(&channel->changed);
	pthread_mutex_unlock(&channel->lock);
	while (channel->thread_count > 0)
		pthread_join(channel->threads[--channel->thread_count], NULL);
	fault = channel->fault;
	pthread_cond_destroy(&channel->changed);
	pthread_mutex_destroy(&channel->lock);
	free(channel->bytes);
	free(channel);
	errno = fault;
	return fault == 0 ? 0 : -1;
}
