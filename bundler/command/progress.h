/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_PROGRESS_H
#define BUNDLER_COMMAND_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/event.h"

/*
 * What a person sees of the work, on standard error: on a terminal a line that says in which phase
 * it is, and of transfers how far all of them together are, how fast and for how long, and which
 * moved last. Where the terminal is none or TERM is "dumb", such a line every ten seconds. Anywhere
 * a line for each source that failed and for each pause before it is asked again.
 */

struct progress_row {
	char *asset;		/* its name */
	uint64_t done, total;	/* bytes; total is 0 when it is not known */
	uint64_t before;	/* bytes that were there already, so not part of the rate */
};

struct progress {
	pthread_mutex_t lock;	/* of all that follows */
	bool terminal;		/* and one that erases lines */
	struct progress_row *rows;
	size_t row_count;
	int64_t started;	/* of clock.h: when the first byte was expected */
	int64_t drawn;		/* when the line was last drawn, 0 when there is none */
	const char *last;	/* the asset that moved last, or NULL */
	char phase[16];		/* empty at first */
	char *subject;		/* of the phase: a platform, or NULL */
};

/* term is what the variable TERM says, or NULL. */
void progress_init(struct progress *progress, const char *term);

/* Erases the line. */
void progress_free(struct progress *progress);

/* The function of an event_sink; context is a struct progress. */
void progress_notify(void *context, const struct event *event);

/*
 * Writes the line to text, at most width columns and a NUL: "PHASE  [####----]  34.1 of 57.2 MB
 * 12.3 MB/s  0:02  NAME", or of a phase without transfers "PHASE  SUBJECT". elapsed is in
 * milliseconds.
 */
void progress_write_line(const struct progress *progress, int64_t elapsed, char *text,
			 size_t width);

#endif
