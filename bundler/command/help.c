/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints. */
#include "command/help.h"

#include <string.h>

#define COLUMNS 79
#define OPTION_COLUMN 30	/* behind the longest option */

void help_print_usage(FILE *stream, const struct command *const *commands)
{
	fputs("usage: bundler COMMAND [OPTION]... [OPERAND]...\n"
	      "       bundler help [COMMAND]\n"
	      "       bundler version [--verbose]\n"
	      "       bundler --license\n\ncommands:\n", stream);
	for (; *commands; commands++)
		fprintf(stream, "  %-8s %s\n", (*commands)->name, (*commands)->summary);
	fputs("\n'bundler help COMMAND' describes a command, bundler(1) all of them.\n", stream);
}

/* The length of what stays on one line: a word, or words in brackets and the dots behind them. */
static size_t item_length(const char *text)
{
	size_t length = 0;
	int depth = 0;

	while (text[length] && (depth > 0 || text[length] != ' ')) {
		depth += text[length] == '[';
		depth -= text[length] == ']';
		length++;
	}
	return length;
}

/* The rest of a line, which has got to column; other lines begin at indent. */
static void print_wrapped(const char *text, size_t column, size_t indent)
{
	while (*text) {
		const size_t length = item_length(text);

		if (column + 1 + length > COLUMNS) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		} else {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)length, text);
		column += length;
		text += length + (text[length] == ' ');
	}
	putchar('\n');
}

static void print_option(char letter, const char *name, const char *argument, const char *help)
{
	char short_form[5] = "    ";
	int column;

	if (letter)
		snprintf(short_form, sizeof short_form, "-%c, ", letter);
	column = printf("  %s--%s%s%s", short_form, name, argument ? " " : "",
			argument ? argument : "");
	while (column < OPTION_COLUMN)
		column += printf(" ");
	print_wrapped(help, (size_t)column, OPTION_COLUMN + 1);
}

void help_print(const struct command *command)
{
	const int column = printf("usage: bundler %s", command->name);

	print_wrapped(command->synopsis, (size_t)column, strlen("usage: "));
	printf("\n%s\n\n", command->summary);
	for (const struct option_spec *spec = command->options; spec->name; spec++)
		print_option(spec->letter, spec->name, spec->argument, spec->help);
	for (const struct option_spec *spec = option_common(); spec->name; spec++)
		if (!option_has(command->options, spec))
			print_option(spec->letter, spec->name, spec->argument, spec->help);
	print_option('h', "help", NULL, "print this");
	printf("\nexamples:\n%s", command->examples);
	if (command->network || command->registry)
		fputs("\nenvironment:\n  https_proxy, no_proxy, SSL_CERT_FILE, XDG_CACHE_HOME\n",
		      stdout);
	if (command->network)
		fputs("  BUNDLER_MIRROR, BUNDLER_TOKEN, NETRC, GITHUB_TOKEN\n", stdout);
	if (command->registry)
		fputs("  REGISTRY_AUTH_FILE, for registries\n", stdout);
	printf("\nbundler(1) has more: 'man bundler'.\n");
}
