/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_FETCHER_H
#define BUNDLER_COMMAND_FETCHER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * A process that has the network for another one, which has given it up. A question is an array of
 * items, with an open file for each that is to be sent, or without; the answer is the same array,
 * filled in, with an open file for each that was fetched, or without.
 */

struct fetcher {
	int socket;		/* -1 without a process */
	pid_t process;
	size_t size;		/* of an item, in bytes */
};

#define FETCHER_ITEMS 253	/* in a question: as many descriptors as Linux passes */
#define FETCHER_ITEM_BYTES 256	/* at most */

/*
 * Fills in the items. fds has the files that came with them, or -1 for each. The call closes them,
 * and puts those that it has opened in their place, or -1; these are closed once they were sent.
 * After a failure, none is open. What a question says is to be checked.
 */
typedef int fetcher_answer(void *context, void *items, size_t count, int *fds, struct error *err);

/*
 * Starts the process, which has a copy of context and calls answer for items of size bytes, as long
 * as there are questions. Before the first thread. STATUS_FILE.
 */
int fetcher_start(struct fetcher *fetcher, fetcher_answer *answer, void *context, size_t size,
		  struct error *err);

/*
 * Asks about up to FETCHER_ITEMS items, with files or NULL. fds gets those of the answer, which are
 * the caller's; NULL when there are none. The error is that of the process. What an answer says is
 * to be checked.
 */
int fetcher_ask(struct fetcher *fetcher, void *items, size_t count, const int *files, int *fds,
		struct error *err);

/*
 * Ends the process, also one that fetches, and waits for its end. Of several, the one that was
 * started last is stopped first: it has a copy of the other's socket.
 */
void fetcher_stop(struct fetcher *fetcher);

#endif
