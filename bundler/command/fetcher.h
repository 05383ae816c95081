/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_FETCHER_H
#define BUNDLER_COMMAND_FETCHER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/platform.h"

/*
 * A process that fetches for another one, which has given up the network. It is asked once, for
 * platforms, and answers with the archives, open.
 */

struct fetcher {
	int socket;		/* -1 without a process */
	pid_t process;
};

#define FETCHER_PLATFORMS 64	/* at most; the table has some 15, */
#define FETCHER_ARCHIVES 253	/* of up to LIMIT_RECIPE_RELEASES each: as many as Linux passes */

/* Platforms, and the archives of their releases. */
struct fetcher_archives {
	size_t platform_count;
	const struct platform *platforms[FETCHER_PLATFORMS];
	size_t count;
	int fds[FETCHER_ARCHIVES];
	uint64_t sizes[FETCHER_ARCHIVES];	/* in bytes */
};

/* Opens the archives of the platforms, as many as there are. What it opens stays its own. */
typedef int fetcher_fetch(void *context, struct fetcher_archives *archives, struct error *err);

/*
 * Starts the process, which has a copy of context and calls fetch. Before the first thread.
 * STATUS_FILE.
 */
int fetcher_start(struct fetcher *fetcher, fetcher_fetch *fetch, void *context,
		  struct error *err);

/*
 * Has the archives of the platforms fetched, of which there must be count; the descriptors are the
 * caller's. The error is that of the process.
 */
int fetcher_ask(struct fetcher *fetcher, struct fetcher_archives *archives, struct error *err);

/* Ends the process, also one that fetches, and waits for its end. */
void fetcher_stop(struct fetcher *fetcher);

#endif
