/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_LIST_H
#define BUNDLER_COMMAND_LIST_H

#include <stdint.h>

#include "base/error.h"
#include "command/option.h"

/*
 * A command for each row of a file: a place and a recipe, with blanks between them. Each row is a
 * process of its own, which confines itself as a run for one place does. What it prints, a JSON
 * document, becomes one line, in the order of the rows.
 *
 * The process that reads the list is not confined, because it makes the others. It takes from each
 * of them one JSON document of bounded size, and reads nothing else that others have written.
 */

/* Rows for the options of a command whose struct run has a struct command_list named list. */
#define COMMAND_LIST_OPTIONS(what) \
	{ "list", "FILE", what " each row of FILE: a place and a recipe", OPTION(list.file) }, \
	{ "jobs", "N", "rows at a time, not as many as processors", \
	  OPTION_CALL(list.jobs, command_list_jobs), .letter = 'j' }

int command_list_jobs(void *jobs, const struct option_spec *spec, const char *value,
		      struct error *err);

struct command_list {
	const char *file;	/* "-" is standard input; NULL without --list */
	unsigned jobs;		/* 0: as many as there are processors */
};

#define COMMAND_LIST_WORDS 2	/* of a row: place, recipe */

/*
 * What is done for a row, in its process: as run of struct command. It prints a JSON object, which
 * says how it ended, on standard output.
 */
typedef int command_list_work(void *context, char **words, struct error *err);

/*
 * Reads the list, and does the work for all rows. Prints for each row the object of its process,
 * with "image", "recipe" and "status" before it; "status" is the exit status of the process, which
 * has an object "error" from 2 on. Notes how many ended how, on standard error.
 *
 * Returns the highest of these statuses. -1 for the list itself: STATUS_USAGE for a row of another
 * form, STATUS_FILE, STATUS_LIMIT; STATUS_INTERRUPTED, after all processes have ended.
 */
int command_list_run(const struct command_list *list, command_list_work *work, void *context,
		     struct error *err);

#endif
