/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_DIFFERENCES_H
#define BUNDLER_COMMAND_DIFFERENCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "command/option.h"

/* What the commands that compare share: options, and how findings and the verdict are printed. */

/* Rows for a command's option table. */
#define COMMAND_DIFFERENCES_OPTIONS \
	{ OPTION_IGNORE, "ignore", "FIELDS", "do not compare these; separated by commas" }, \
	{ OPTION_STRICT, "strict", NULL, "what does not change an image or a tree counts, too" }, \
	{ OPTION_JSON, "json", NULL, "print findings and verdict as JSON" }, \
	{ 'q', "quiet", NULL, "print the verdict only" }

struct command_differences {
	uint32_t ignored;	/* a bit for each enum audit_field */
	bool strict, json, quiet;
	const char *expected, *found;	/* what the command calls the two sides */
};

/* Takes an option of the rows above: 1 when it was one, 0 when not, -1 with STATUS_USAGE. */
int command_differences_option(struct command_differences *differences, int id, const char *value,
			       struct error *err);

/*
 * Prints sorted findings and the verdict, about the platforms in a text ("" for none). With JSON,
 * report is what stands before them; it is taken over. Returns STATUS_OK or STATUS_DIFFERENCES.
 */
int command_differences_print(const struct command_differences *differences,
			      const struct audit *audit, const char *platforms, json_t *report);

#endif
