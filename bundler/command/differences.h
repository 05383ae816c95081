/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_DIFFERENCES_H
#define BUNDLER_COMMAND_DIFFERENCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "command/option.h"

/* What the commands that compare share: options, and how findings and the verdict are printed. */

/*
 * Rows for the options of a command whose struct run has a struct command_differences named
 * differences.
 */
#define COMMAND_DIFFERENCES_OPTIONS \
	{ "ignore", "FIELDS", "do not compare these; separated by commas", \
	  OPTION_CALL(differences.ignored, command_differences_ignore) }, \
	{ "strict", NULL, "count notes as differences", \
	  OPTION(differences.strict) }, \
	{ "json", NULL, "print findings and verdict as JSON", OPTION(differences.json) }, \
	{ "quiet", NULL, "print the verdict only", OPTION(differences.quiet), .letter = 'q' }

/* What the first of them calls. */
int command_differences_ignore(void *ignored, const struct option_spec *spec, const char *value,
			       struct error *err);

struct command_differences {
	uint32_t ignored;	/* a bit for each enum audit_field */
	bool strict, json, quiet;
	const char *expected, *found;	/* what the command calls the two sides */
};

/*
 * Prints sorted findings and the verdict, about the platforms in a text ("" for none). With JSON,
 * they are added to report, which is taken over. Returns STATUS_OK or STATUS_DIFFERENCES.
 */
int command_differences_print(const struct command_differences *differences,
			      const struct audit *audit, const char *platforms, json_t *report);

#endif
