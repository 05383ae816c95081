/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_OPTION_H
#define BUNDLER_COMMAND_OPTION_H

#include <stdio.h>

#include "base/error.h"

/* One option of a command; a table ends with a row whose name is NULL. */
struct option_spec {
	int id;			/* what option_next returns: the short form's letter or above 255 */
	const char *name;	/* long form, without the dashes */
	const char *argument;	/* what --help calls the value, NULL for a switch */
	const char *help;	/* one line */
};

/* Ids of options that have no short form. */
enum option_id {
	OPTION_LOCK = 256, OPTION_CACHE, OPTION_MIRROR, OPTION_CA_FILE, OPTION_OFFLINE, OPTION_JSON,
	OPTION_SUMS, OPTION_RELEASE, OPTION_COMPARE, OPTION_STALL_TIMEOUT, OPTION_TIMEOUT,
	OPTION_DOWNLOAD, OPTION_FROM, OPTION_FLAVOUR, OPTION_COMPRESS, OPTION_STYLE, OPTION_STRICT,
	OPTION_RECORD, OPTION_IGNORE, OPTION_BRANCH, OPTION_COMMIT, OPTION_CHECK, OPTION_FORCE,
	OPTION_ALLOW_DOWNGRADE, OPTION_LIBRARY, OPTION_RULES
};

/* One command line. argv[0] is the command's name until option_next returns 0. */
struct option_parser {
	const struct option_spec *specs;
	int argc;
	char **argv;
};

/*
 * The next option: its id, with *value its argument; 0 when only operands are left, which
 * are then argv[0..argc); -1 with STATUS_USAGE for an unknown option or a missing argument.
 * Options and operands may be mixed; "--" ends the options.
 */
int option_next(struct option_parser *parser, const char **value, struct error *err);

/* Prints a table, a line each, as --help shows it. */
void option_print(FILE *stream, const struct option_spec *specs);

#endif
