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
	{ "ignore", "FIELDS", "do not compare these, or FIELD:SUBJECT; by commas", \
	  OPTION_CALL(differences, command_differences_ignore) }, \
	{ "require", "VERDICT", "equivalent, the default, or identical", \
	  OPTION_CALL(differences.required, command_differences_require) }, \
	{ "strict", NULL, "count notes as differences", OPTION(differences.strict) }, \
	{ "force", NULL, "allow --ignore to hide a whole configuration or tree", \
	  OPTION(differences.force) }, \
	{ "json", NULL, "print findings and verdict as JSON", OPTION(differences.json) }, \
	{ "quiet", NULL, "print the verdict only", OPTION(differences.quiet), .letter = 'q' }

/* What these rows call. */
int command_differences_ignore(void *differences, const struct option_spec *spec,
			       const char *value, struct error *err);
int command_differences_require(void *required, const struct option_spec *spec,
				const char *value, struct error *err);

struct command_differences {
	struct audit_ignored *ignored;
	size_t ignored_count;
	enum audit_verdict required;
	bool strict, force, json, quiet;
	const char *expected, *found;	/* what the command calls the two sides */
};

/* Before the options are read. */
#define COMMAND_DIFFERENCES_INIT(one, other) \
	{ .required = AUDIT_EQUIVALENT, .expected = one, .found = other }

void command_differences_free(struct command_differences *differences);

/*
 * After the options: STATUS_USAGE when all of a configuration or of a tree would be ignored, and
 * --force is not given.
 */
int command_differences_check(const struct command_differences *differences, struct error *err);

/* Whether the verdict is the one that is required, or better. */
bool command_differences_passed(const struct command_differences *differences,
				const struct audit *audit);

/*
 * Prints sorted findings and the verdict, about the platforms in a text ("" for none). With JSON,
 * they are added to report, which is taken over. Returns STATUS_OK or STATUS_DIFFERENCES.
 */
int command_differences_print(const struct command_differences *differences,
			      const struct audit *audit, const char *platforms, json_t *report);

#endif
