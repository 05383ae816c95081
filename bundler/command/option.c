/* SPDX-License-Identifier: Apache-2.0 */
#include "command/option.h"

#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#define MAXIMUM_SPECS 32

/* getopt's two tables, made from ours. The leading colon tells a missing argument apart. */
static void make_tables(const struct option_spec *specs, struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (; specs->name; specs++, longs++) {
		longs->name = specs->name;
		longs->has_arg = specs->argument ? required_argument : no_argument;
		longs->flag = NULL;
		longs->val = specs->id;
		if (specs->id > 255)
			continue;
		*shorts++ = (char)specs->id;
		if (specs->argument)
			*shorts++ = ':';
	}
	*shorts = '\0';
	memset(longs, 0, sizeof *longs);
}

/* Whether word is the long form, perhaps cut short, of the option that getopt has just refused. */
static bool is_long_form(const struct option_parser *parser, const char *word)
{
	const size_t length = strcspn(word, "=");

	if (length <= 2 || strncmp(word, "--", 2) != 0)
		return false;
	for (const struct option_spec *spec = parser->specs; spec->name; spec++)
		if (spec->id == optopt && strncmp(spec->name, word + 2, length - 2) == 0)
			return true;
	return false;
}

/* The option that getopt has just refused, as the user wrote it where that is known. */
static const char *refused(const struct option_parser *parser, char text[3])
{
	/* musl steps past the end to an argument that is missing. */
	const char *word = parser->argv[(optind > parser->argc ? parser->argc : optind) - 1];

	if (optopt > 0 && optopt < 256 && !is_long_form(parser, word)) {
		text[0] = '-';
		text[1] = (char)optopt;
		text[2] = '\0';
		return text;
	}
	return word;
}

/* Why getopt has refused an option. */
static const char *reason(const struct option_parser *parser, int id)
{
	if (id == ':')
		return "its argument is missing";
	for (const struct option_spec *spec = parser->specs; spec->name; spec++)
		if (spec->id == optopt)
			return "it takes no argument";
	return "no such option";
}

int option_next(struct option_parser *parser, const char **value, struct error *err)
{
	struct option longs[MAXIMUM_SPECS + 1];
	char shorts[2 * MAXIMUM_SPECS + 2], text[3];
	int id;

	make_tables(parser->specs, longs, shorts);
	opterr = 0;
	id = getopt_long(parser->argc, parser->argv, shorts, longs, NULL);
	*value = optarg;
	if (id == ':' || id == '?') {
		error_set(err, STATUS_USAGE, "cannot use option '%s': %s", refused(parser, text),
			  reason(parser, id));
		return error_hint(err, "'bundler %s --help' lists the options", parser->argv[0]);
	}
	if (id != -1)
		return id;
	parser->argc -= optind;
	parser->argv += optind;
	return 0;
}

void option_print(FILE *stream, const struct option_spec *specs)
{
	for (; specs->name; specs++) {
		char short_form[5] = "    ", long_form[40];

		if (specs->id < 256)
			snprintf(short_form, sizeof short_form, "-%c, ", specs->id);
		snprintf(long_form, sizeof long_form, "--%s%s%s", specs->name,
			 specs->argument ? " " : "", specs->argument ? specs->argument : "");
		fprintf(stream, "  %s%-24s %s\n", short_form, long_form, specs->help);
	}
}
