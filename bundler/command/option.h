/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_OPTION_H
#define BUNDLER_COMMAND_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/confine.h"
#include "base/error.h"

/*
 * Command lines. A command states its options in a table, whose rows also say which member of its
 * struct run an option sets. The other words of a command line are operands.
 */

/* One option of a command; a table ends with a row whose name is NULL. */
struct option_spec {
	const char *name;	/* long form, without the dashes */
	const char *argument;	/* what --help calls the value, NULL for a switch */
	const char *help;	/* one line */
	/* Sets a member of the command's struct run; value is NULL for a switch. STATUS_USAGE. */
	int (*set)(void *member, const struct option_spec *spec, const char *value,
		   struct error *err);
	unsigned offset;	/* of the member */
	char letter;		/* the short form, or 0 */
};

/* The end of a row: the option is taken by a function of the command's own, for this member. */
#define OPTION_CALL(member, function) \
	.set = function, .offset = (unsigned)offsetof(struct run, member)

/* The same for the whole of struct run. */
#define OPTION_RUN(function) .set = function

/* The end of a row whose option sets a bool or a text. */
#define OPTION(member) \
	OPTION_CALL(member, _Generic(((struct run *)NULL)->member, \
				     bool: option_flag, const char *: option_text))

/* What OPTION chooses from. */
int option_flag(void *member, const struct option_spec *spec, const char *value,
		struct error *err);
int option_text(void *member, const struct option_spec *spec, const char *value,
		struct error *err);

/* The options of all commands, but for those of their names that a command has itself. */
const struct option_spec *option_common(void);

/* Whether a table has an option with the name or the letter of another one. */
bool option_has(const struct option_spec *specs, const struct option_spec *other);

/* One command line; argv[0] is the command's name until option_parse has read it. */
struct option_parser {
	const struct option_spec *specs;
	int argc;
	char **argv;
	struct confine *confine;	/* begun; a command lists what it uses and narrows it */
};

/*
 * Reads the options into run, the command's struct run; the operands are then argv[0..argc).
 * Options and operands may be mixed; "--" ends the options. -1 with STATUS_USAGE for an unknown
 * option, a missing argument, or a value that the option does not take; with STATUS_LIMIT for a
 * table of more than 32 options.
 */
int option_parse(struct option_parser *parser, void *run, struct error *err);

/* Takes the first of the operands; NULL when there is none. */
const char *option_operand(struct option_parser *parser);

/* STATUS_USAGE when an operand is left; what names the one that was taken. */
int option_end(const struct option_parser *parser, const char *what, struct error *err);

#endif
