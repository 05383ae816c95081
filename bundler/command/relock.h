/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_RELOCK_H
#define BUNDLER_COMMAND_RELOCK_H

#include <stdbool.h>

#include "build/lock_make.h"
#include "command/inputs.h"

/* What the commands that make a lock share: their options, and what lock_make wants. */

/* Rows for a command's option table. */
#define COMMAND_RELOCK \
	{ OPTION_SUMS, "sums", "FILE", \
	  "take the digests from this SHA256SUMS, not the release's" }, \
	{ OPTION_RELEASE, "release", "NAME", "what the digests are of, instead of official" }, \
	{ OPTION_DOWNLOAD, "download", NULL, \
	  "fetch every archive, to check it and lock its size" }, \
	{ OPTION_RECORD, "record", NULL, \
	  "build everything, and pin the digests of the results" }, \
	COMMAND_INPUTS_LOCK, \
	COMMAND_INPUTS_FETCH

/* How --help shows them. */
#define COMMAND_RELOCK_SYNOPSIS \
	"[--sums FILE] [--release NAME] [--download] [--record] [--lock FILE] [--cache DIR] " \
	"[--mirror URL]... [--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] " \
	"[--offline] "

struct command_relock {
	struct command_inputs inputs;
	struct lock_make relock;	/* complete after command_relock_open */
	struct lock old;
	struct fetch fetch;
	bool record, fetching;
};

/* Before the options are read. */
void command_relock_init(struct command_relock *command);

/* Takes an option of the rows above; -1 with STATUS_USAGE. */
int command_relock_option(struct command_relock *command, int id, const char *value,
			  struct error *err);

/* After the options: the environment, the recipe that parser's operand names, the old lock. */
int command_relock_open(struct command_relock *command, const struct option_parser *parser,
			struct error *err);

void command_relock_close(struct command_relock *command);

#endif
