/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_EVENT_H
#define BUNDLER_FETCH_EVENT_H

#include <stdint.h>

/* Events of a fetch, for a display of progress. Nothing else depends on them. */

enum event_kind {
	EVENT_CACHED,		/* the cache had it */
	EVENT_DISCARDED,	/* a bad cache entry was removed; message says why */
	EVENT_WAITING,		/* another process or thread is downloading it */
	EVENT_STARTED,		/* a source begins to send; done bytes were there before */
	EVENT_PROGRESS,		/* at most ten times a second */
	EVENT_RETRYING,		/* message says why, delay how long the pause is */
	EVENT_SOURCE_FAILED,	/* message says why; the next source follows, or the failure */
	EVENT_WARNED,		/* a registry sends a message to the user */
	EVENT_DETAIL,		/* message has more than most want: a request and its answer,
				   the time that a source took, which certificates are trusted */
	EVENT_PHASE,		/* work on asset, perhaps a platform, goes on: message is a word */
	EVENT_DONE		/* verified and in the cache */
};

/* Texts are the sender's, and valid only during the call. */
struct event {
	enum event_kind kind;
	const char *asset;	/* its name */
	const char *url;	/* the source without its query, or NULL */
	const char *message;	/* unescaped, or NULL */
	uint64_t done, total;	/* bytes; total is 0 when it is not known */
	unsigned delay;		/* milliseconds */
};

struct event_sink {
	/* Called in any thread. May be NULL. */
	void (*notify)(void *context, const struct event *event);
	void *context;
};

#endif
