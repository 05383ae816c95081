/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_INPUTS_H
#define BUNDLER_COMMAND_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "command/option.h"
#include "fetch/fetch.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/*
 * What the commands that work on a recipe share: their options, the environment variables that
 * stand for options, the recipe, its lock, and the platforms that were chosen.
 */

/* Rows for a command's option table. */
#define COMMAND_INPUTS_PLATFORM \
	{ 'p', "platform", "PLATFORM", "only this platform of the recipe's; repeatable" }
#define COMMAND_INPUTS_LOCK \
	{ OPTION_LOCK, "lock", "FILE", "the lock, instead of the one beside the recipe" }
#define COMMAND_INPUTS_FETCH \
	{ OPTION_CACHE, "cache", "DIR", "where verified archives are kept" }, \
	{ OPTION_MIRROR, "mirror", "URL", "try this place first; repeatable, in order" }, \
	{ OPTION_CA_FILE, "ca-file", "FILE", "trust these certificates, not the recipe's" }, \
	{ OPTION_STALL_TIMEOUT, "stall-timeout", "SECONDS", \
	  "give up on a source that sends nothing" }, \
	{ OPTION_TIMEOUT, "timeout", "SECONDS", "give up on a source that takes longer" }, \
	{ OPTION_OFFLINE, "offline", NULL, "use the cache and file: URLs only" }

struct command_inputs {
	struct recipe recipe;
	struct lock lock;
	const char *lock_file;			/* --lock, or the default */
	const struct platform **platforms;	/* chosen, or all of the recipe's */
	size_t platform_count;
	bool all;				/* nobody asked for each of them by name */
	struct fetch_asset *assets;		/* what the lock has for each of them */
	struct fetch_options fetch;		/* notify and context are the command's to set */
	int64_t epoch;				/* SOURCE_DATE_EPOCH, -1 when it is not set */
	struct pool pool;
};

/* Before the options are read. */
void command_inputs_init(struct command_inputs *inputs);

/* Takes an option of the rows above: 1 when it was one, 0 when not, -1 with STATUS_USAGE. */
int command_inputs_option(struct command_inputs *inputs, int id, const char *value,
			  struct error *err);

/*
 * After the options: reads the environment and the recipe, which is the one operand or, without
 * one, what configs/default links to or the only *.yaml there. The chosen platforms are checked
 * against the recipe.
 */
int command_inputs_open(struct command_inputs *inputs, const struct option_parser *parser,
			struct error *err);

/*
 * Reads the lock, checks it against the recipe, and finds the assets of the chosen platforms in
 * it; without a choice, optional platforms that are not locked are left out. inputs->epoch is then
 * always set.
 */
int command_inputs_lock(struct command_inputs *inputs, struct error *err);

void command_inputs_close(struct command_inputs *inputs);

/*
 * Opens the directory where large contents may live for as long as the command runs: TMPDIR, else
 * /var/tmp, else /tmp. -1 with STATUS_FILE.
 */
int command_inputs_scratch(struct error *err);

/* The recipe's flavour of this name, NULL for NULL. STATUS_USAGE when it has none. */
int command_inputs_flavour(const struct command_inputs *inputs, const char *name,
			   const struct recipe_flavour **flavour, struct error *err);

/* Whether a layout is in the style of Docker Official Images, from --style. STATUS_USAGE. */
int command_inputs_style(const char *value, bool *doi, struct error *err);

/* A whole number of seconds from an option or a variable, 0 to maximum. STATUS_USAGE. */
int command_inputs_number(const char *what, const char *text, int64_t maximum, int64_t *number,
			  struct error *err);

#endif
