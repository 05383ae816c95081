/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_BROKER_H
#define BUNDLER_COMMAND_BROKER_H

#include "base/buffer.h"
#include "base/error.h"

/*
 * A process that runs other programs for this one, which gives that up before it reads anything:
 * those that keep logins (docker-credential-helpers), by a name that is checked, without a shell.
 * There is at most one; it ends with the last process that may ask it.
 */

/* Starts it; before confine_begin, and before the first thread. STATUS_FILE. */
int broker_start(struct error *err);

/*
 * For struct registry_options: adds what docker-credential-NAME prints for a server to bytes, at
 * most LIMIT_HELPER_BYTES, and sets *status to its exit status. It has LIMIT_HELPER_SECONDS, and is
 * killed then. STATUS_FILE for a program that cannot be run or is killed, STATUS_LIMIT,
 * STATUS_INTERRUPTED.
 */
int broker_ask(void *context, const char *name, const char *server, struct buffer *bytes,
	       int *status, struct error *err);

/* From here on this process cannot ask; those that it has made still can. */
void broker_leave(void);

/* The same, and waits for its end. */
void broker_stop(void);

#endif
