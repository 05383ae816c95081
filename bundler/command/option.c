/* SPDX-License-Identifier: Apache-2.0 */
/* Reads command lines with getopt_long(3), by tables of options. */
#include "command/option.h"

#include <getopt.h>
#include <string.h>

#include "base/suggest.h"
#include "command/report.h"

#define MAXIMUM_SPECS 32
#define FIRST_LONG_ID 256	/* above every letter */

static int be_quiet(void *run, const struct option_spec *spec, const char *value,
		    struct error *err)
{
	(void)run, (void)spec, (void)value, (void)err;
	report_choose_level(REPORT_QUIET);
	return 0;
}

static int be_verbose(void *run, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	(void)run, (void)spec, (void)value, (void)err;
	report_choose_level(REPORT_VERBOSE);
	return 0;
}

static const struct option_spec common[] = {
	{ "quiet", NULL, "print no notes and no progress", .set = be_quiet, .letter = 'q' },
	{ "verbose", NULL, "print each request and what the cache had", .set = be_verbose,
	  .letter = 'v' },
	{ 0 },
};

const struct option_spec *option_common(void)
{
	return common;
}

bool option_has(const struct option_spec *specs, const struct option_spec *other)
{
	for (; specs->name; specs++)
		if (strcmp(specs->name, other->name) == 0 || specs->letter == other->letter)
			return true;
	return false;
}

/* The table of a command, and behind it the options of all: -1 if they are too many. */
static int add_common(const struct option_spec *own, struct option_spec *all)
{
	const struct option_spec *const begin = own;
	size_t count = 0;

	for (; own->name; own++) {
		if (count == MAXIMUM_SPECS)
			return -1;
		all[count++] = *own;
	}
	for (const struct option_spec *spec = common; spec->name; spec++) {
		if (option_has(begin, spec))
			continue;
		if (count == MAXIMUM_SPECS)
			return -1;
		all[count++] = *spec;
	}
	all[count] = (struct option_spec){ .name = NULL };
	return 0;
}

/* What getopt returns for an option. */
static int id_of(const struct option_parser *parser, const struct option_spec *spec)
{
	return spec->letter ? spec->letter : FIRST_LONG_ID + (int)(spec - parser->specs);
}

static const struct option_spec *find(const struct option_parser *parser, int id)
{
	for (const struct option_spec *spec = parser->specs; spec->name; spec++)
		if (id_of(parser, spec) == id)
			return spec;
	return NULL;
}

/* Makes getopt's two tables. The leading colon makes it report a missing argument as ':'. */
static void make_tables(const struct option_parser *parser, struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (const struct option_spec *spec = parser->specs; spec->name; spec++) {
		*longs++ = (struct option){
			.name = spec->name, .val = id_of(parser, spec),
			.has_arg = spec->argument ? required_argument : no_argument,
		};
		if (!spec->letter)
			continue;
		*shorts++ = spec->letter;
		if (spec->argument)
			*shorts++ = ':';
	}
	*shorts = '\0';
	memset(longs, 0, sizeof *longs);
}

/* Whether word is the long form, perhaps cut short, of the option that getopt has just refused. */
static bool is_long_form(const struct option_parser *parser, const char *word)
{
	const struct option_spec *spec = find(parser, optopt);
	const size_t length = strcspn(word, "=");

	return spec && length > 2 && strncmp(word, "--", 2) == 0
	       && strncmp(spec->name, word + 2, length - 2) == 0;
}

/* Reports the option that getopt has just refused, as the user wrote it where that is known. */
static int refuse(const struct option_parser *parser, int id, struct error *err)
{
	/* musl steps past the end to an argument that is missing. */
	const char *word = parser->argv[(optind > parser->argc ? parser->argc : optind) - 1];
	const char *reason = id == ':' ? "its argument is missing"
			     : find(parser, optopt) ? "it takes no argument" : "no such option";
	const char letter[] = { '-', (char)optopt, '\0' };
	struct suggest meant = suggest_begin("", 0);
	char text[SUGGEST_BYTES];

	if (optopt > 0 && optopt < FIRST_LONG_ID && !is_long_form(parser, word))
		word = letter;
	error_set(err, STATUS_USAGE, "cannot use option '%s': %s", word, reason);
	if (strncmp(word, "--", 2) == 0 && !find(parser, optopt))
		meant = suggest_begin(word + 2, strcspn(word + 2, "="));
	for (const struct option_spec *spec = parser->specs; spec->name; spec++)
		suggest_offer(&meant, spec->name);
	return error_hint(err, "%s'bundler %s --help' lists the options",
			  suggest_text(&meant, "--", text), parser->argv[0]);
}

int option_parse(struct option_parser *parser, void *run, struct error *err)
{
	struct option_spec all[MAXIMUM_SPECS + 1];
	const struct option_parser whole = {
		.specs = all, .argc = parser->argc, .argv = parser->argv,
	};
	struct option longs[MAXIMUM_SPECS + 1];
	char shorts[2 * MAXIMUM_SPECS + 2];
	int id;

	if (add_common(parser->specs, all) < 0)
		return error_set(err, STATUS_LIMIT, "cannot read the options of '%s': it has more "
				 "than %d", parser->argv[0], MAXIMUM_SPECS);
	make_tables(&whole, longs, shorts);
	opterr = 0;
	while ((id = getopt_long(whole.argc, whole.argv, shorts, longs, NULL)) != -1) {
		const struct option_spec *spec = find(&whole, id);

		if (!spec)
			return refuse(&whole, id, err);
		if (spec->set((char *)run + spec->offset, spec, optarg, err) < 0)
			return -1;
	}
	parser->argc -= optind;
	parser->argv += optind;
	return 0;
}

int option_flag(void *member, const struct option_spec *spec, const char *value, struct error *err)
{
	(void)spec, (void)value, (void)err;
	*(bool *)member = true;
	return 0;
}

int option_text(void *member, const struct option_spec *spec, const char *value, struct error *err)
{
	(void)spec, (void)err;
	*(const char **)member = value;
	return 0;
}

const char *option_operand(struct option_parser *parser)
{
	if (parser->argc == 0)
		return NULL;
	parser->argc--;
	return *parser->argv++;
}

int option_end(const struct option_parser *parser, const char *what, struct error *err)
{
	return parser->argc == 0 ? 0 : error_set(err, STATUS_USAGE, "cannot use operand '%s': one "
						 "%s at a time", parser->argv[0], what);
}
