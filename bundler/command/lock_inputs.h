/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_LOCK_INPUTS_H
#define BUNDLER_COMMAND_LOCK_INPUTS_H

#include <jansson.h>
#include <stdbool.h>

#include "build/lock_make.h"
#include "command/inputs.h"

/* What the commands that make a lock share: their options, and what lock_make wants. */

/*
 * Rows for the options of a command whose struct run has a struct command_inputs named inputs and
 * a struct command_lock_inputs named locking.
 */
#define COMMAND_LOCK_INPUTS_OPTIONS \
	{ "sums", "FILE", "take the digests from this file, not the release's; repeatable", \
	  OPTION_CALL(locking, command_lock_inputs_sums) }, \
	{ "release", "NAME", "name the release of the digests (default: official)", \
	  OPTION_CALL(locking.make.release, command_lock_inputs_release) }, \
	{ "download", NULL, "fetch every archive, to check it and lock its size", \
	  OPTION(locking.make.download) }, \
	{ "record", NULL, "build everything, and pin the digests of the results", \
	  OPTION(locking.record) }, \
	COMMAND_INPUTS_LOCK, \
	COMMAND_INPUTS_FETCH

/* How --help shows them. */
#define COMMAND_LOCK_INPUTS_SYNOPSIS \
	"[--sums FILE]... [--release NAME] [--download] [--record] [--lock FILE] [--cache DIR] " \
	"[--mirror URL]... [--netrc FILE] [--header-file FILE] [--ca-file FILE] " \
	"[--stall-timeout SECONDS] [--timeout SECONDS] [--offline] "

struct command_lock_inputs {
	struct lock_make make;	/* complete after command_lock_inputs_open */
	const char **sums;
	struct lock old;
	bool record;
};

/* Before the options are read. */
#define COMMAND_LOCK_INPUTS_INIT \
	{ .make = { .release = "official", .epoch = -1, .scratch = -1 } }

/* What the rows of --sums and --release call. */
int command_lock_inputs_sums(void *locking, const struct option_spec *spec, const char *value,
			     struct error *err);
int command_lock_inputs_release(void *release, const struct option_spec *spec, const char *value,
				struct error *err);

/*
 * After the options: opens inputs, whose recipe parser's operand names, and reads the old lock.
 * command_inputs_close ends inputs besides.
 */
int command_lock_inputs_open(struct command_lock_inputs *locking, struct command_inputs *inputs,
			     struct option_parser *parser, struct error *err);

/*
 * Adds to a report what a lock that was just made of the recipe pins: "platforms" and "left_out",
 * the optional platforms that the release does not have.
 */
void command_lock_inputs_describe(json_t *report, const struct recipe *recipe,
				  const struct lock *lock);

void command_lock_inputs_close(struct command_lock_inputs *locking);

#endif
