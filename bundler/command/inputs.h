/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_INPUTS_H
#define BUNDLER_COMMAND_INPUTS_H

#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/jobs.h"
#include "command/fetcher.h"
#include "command/option.h"
#include "command/progress.h"
#include "fetch/fetch.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/*
 * What the commands that work on a recipe share: their options, the environment variables that
 * replace options, the recipe, its lock, the platforms that were chosen, and the downloads.
 */

/* Rows for the options of a command whose struct run has a struct command_inputs named inputs. */
#define COMMAND_INPUTS_PLATFORM(help) \
	{ "platform", "PLATFORM", help, OPTION_CALL(inputs, command_inputs_platform), \
	  .letter = 'p' }
#define COMMAND_INPUTS_LOCK \
	{ "lock", "FILE", "use this lock, not the one beside the recipe", \
	  OPTION(inputs.lock_file) }
#define COMMAND_INPUTS_FETCH \
	COMMAND_INPUTS_CACHE("archives"), \
	{ "mirror", "URL", "try this source first; repeatable, in order", \
	  OPTION_CALL(inputs, command_inputs_mirror) }, \
	{ "netrc", "FILE", "logins for private sources, not those of ~/.netrc", \
	  OPTION(inputs.netrc_file) }, \
	{ "header-file", "FILE", "fields for private sources", OPTION(inputs.header_file) }, \
	COMMAND_INPUTS_NETWORK("trust these certificates, not the recipe's", \
			       "use the cache and file: URLs only")
#define COMMAND_INPUTS_CACHE(what) \
	{ "cache", "DIR", "keep verified " what " in DIR", OPTION(inputs.fetch.cache) }
#define COMMAND_INPUTS_NETWORK(trust, without) \
	{ "ca-file", "FILE", trust, OPTION(inputs.fetch.ca_file) }, \
	{ "stall-timeout", "SECONDS", "give up on a source that sends nothing", \
	  OPTION_CALL(inputs.fetch.stall_seconds, command_inputs_seconds) }, \
	{ "timeout", "SECONDS", "give up on a source that takes longer", \
	  OPTION_CALL(inputs.fetch.total_seconds, command_inputs_seconds) }, \
	{ "offline", NULL, without, OPTION(inputs.fetch.offline) }

/* What these rows call. */
int command_inputs_platform(void *inputs, const struct option_spec *spec, const char *value,
			    struct error *err);
int command_inputs_mirror(void *inputs, const struct option_spec *spec, const char *value,
			  struct error *err);
int command_inputs_seconds(void *seconds, const struct option_spec *spec, const char *value,
			   struct error *err);

/* A whole number from an option or a variable, 0 to maximum. STATUS_USAGE. */
int command_inputs_number(const char *what, const char *text, int64_t maximum, int64_t *number,
			  struct error *err);

struct command_inputs {
	struct recipe recipe;
	struct lock lock;
	const char *lock_file;			/* --lock, or the default */
	const struct platform **platforms;	/* chosen, or all of the recipe's */
	size_t platform_count;
	bool every;			/* "all" was among those of -p, which are none then */
	bool all;				/* no platform was chosen by name */
	const char *netrc_file, *header_file;	/* --netrc, --header-file */
	struct grants grants;			/* what they and the environment grant */
	struct fetch_options fetch;
	struct fetch client;
	bool fetching;				/* client has been initialized */
	struct fetch_asset *assets;		/* of command_inputs_ahead: build_assets */
	size_t asset_count;
	struct fetcher fetcher;			/* of command_inputs_part */
	struct progress progress;
	int64_t epoch;				/* SOURCE_DATE_EPOCH, -1 when it is not set */
	struct pool pool;
};

/* Before the options are read. */
#define COMMAND_INPUTS_INIT \
	{ .recipe.directory = -1, .epoch = -1, .fetch.ca_directory = AT_FDCWD, \
	  .fetcher.socket = -1 }

/* Reads the environment variables alone, for a command without a recipe. STATUS_USAGE. */
int command_inputs_environment(struct command_inputs *inputs, struct error *err);

/* Of these, only those about fetching. */
void command_inputs_network(struct command_inputs *inputs);

/*
 * After the options: reads the environment and the recipe, which is the operand that is left or,
 * without one, what configs/default links to or the only *.yaml there. The chosen platforms are
 * checked against the recipe.
 */
int command_inputs_open(struct command_inputs *inputs, struct option_parser *parser,
			struct error *err);

/*
 * Reads the lock and checks it against the recipe; the chosen platforms must be in it. Without a
 * choice, optional platforms that are not locked are left out. inputs->epoch is then always set.
 */
int command_inputs_lock(struct command_inputs *inputs, struct error *err);

/*
 * Takes GITHUB_TOKEN, for a command that asks GitHub for digests. Before command_inputs_connect.
 * STATUS_USAGE.
 */
int command_inputs_token(struct command_inputs *inputs, struct error *err);

/*
 * Initializes inputs->client, which fetches as the options say, and reads what is granted to
 * private sources, unless another process fetches.
 */
int command_inputs_connect(struct command_inputs *inputs, struct error *err);

/* Notes on standard error the optional platforms that the lock does not have. */
void command_inputs_note(const struct recipe *recipe, const struct lock *lock);

/*
 * Both: reads the lock and initializes the client. Without a choice of platforms, those that are
 * left out are noted. Its events go to inputs->progress, unless
 * inputs->fetch.events was set.
 */
int command_inputs_fetch(struct command_inputs *inputs, struct error *err);

/*
 * Fetches the archives of all chosen platforms, shows progress, and confines the process: no
 * connection is made after this. inputs->client hands them out, each once (fetch_ahead). The
 * outputs have been made and listed. Before the first thread.
 */
int command_inputs_ahead(struct command_inputs *inputs, struct error *err);

/*
 * For a command that reads a place first, and fetches what it is to be compared with: another
 * process will fetch, for command_inputs_ahead, so that this one can give up the network. After
 * command_inputs_open, before the first thread. STATUS_FILE.
 */
int command_inputs_part(struct command_inputs *inputs, struct error *err);

/* Runs jobs that fetch with inputs->client, as jobs_run_all, while progress is shown. */
int command_inputs_run(struct command_inputs *inputs, jobs_run *run, void *context, size_t count,
		       struct error *err);

/* Frees what was opened. */
void command_inputs_close(struct command_inputs *inputs);

/*
 * The beginning of a JSON report: what the lock is of, the epoch, and the platforms that were left
 * out, if there are any.
 */
json_t *command_inputs_describe(const struct command_inputs *inputs);

/* Lists that directory, for command_inputs_scratch. */
void command_inputs_list_scratch(struct confine *confine);

/*
 * Opens the directory for large contents that live while the command runs: TMPDIR, else
 * /var/tmp, else /tmp. -1 with STATUS_FILE.
 */
int command_inputs_scratch(struct error *err);

/* SOURCE_DATE_EPOCH, or the time now, in seconds since 1970. STATUS_USAGE. */
int command_inputs_now(int64_t *now, struct error *err);

/* The recipe's flavour of this name, NULL for NULL. STATUS_USAGE when it has none. */
int command_inputs_flavour(const struct command_inputs *inputs, const char *name,
			   const struct recipe_flavour **flavour, struct error *err);

/* Takes --style into a bool: whether a layout is in the style of Docker Official Images. */
int command_inputs_style(void *doi, const struct option_spec *spec, const char *value,
			 struct error *err);

/* Adds a text to an array of count in a pool. */
void command_inputs_append(struct pool *pool, const char *const **list, size_t *count,
			   const char *text);

#endif
