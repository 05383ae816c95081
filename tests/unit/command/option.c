/* SPDX-License-Identifier: Apache-2.0 */
/* option.c and interrupt.c: command lines, and signals as flags. */
#include "unit.h"

#include <getopt.h>
#include <signal.h>

#include "base/interrupt.h"
#include "command/option.h"

/* What the rows of the table set. */
struct run {
	const char *platform, *lock;
	bool quiet, offline;
	char order[20];			/* the options that were read, a letter each */
};

static int take_mark(void *order, const struct option_spec *spec, const char *value,
		     struct error *err)
{
	char *end = (char *)order + strlen(order);

	if (strcmp(value, "bad") == 0)
		return error_set(err, STATUS_USAGE, "cannot use --%s '%s'", spec->name, value);
	snprintf(end, sizeof(((struct run *)0)->order) - strlen(order), "%.1s", value);
	return 0;
}

static const struct option_spec specs[] = {
	{ "platform", "PLATFORM", "only this platform", OPTION(platform), .letter = 'p' },
	{ "quiet", NULL, "say nothing", OPTION(quiet), .letter = 'q' },
	{ "lock", "FILE", "the lock", OPTION(lock) },
	{ "offline", NULL, "stay offline", OPTION(offline) },
	{ "mark", "WORD", "add a letter", OPTION_CALL(order, take_mark), .letter = 'm' },
	{ 0 },
};

/* Reads a command line, words separated by blanks: what came of it, in a line. */
static const char *parse(const char *line)
{
	static char text[sizeof(((struct error *)0)->message)];
	char copy[200], *argv[20], *next = copy;
	struct option_parser parser = { .specs = specs, .argv = argv };
	struct run run = { 0 };
	const char *operand;
	struct error err;
	size_t used;

	snprintf(copy, sizeof copy, "rootfs%s%s", *line ? " " : "", line);
	while (parser.argc < 19 && (argv[parser.argc] = strsep(&next, " ")))
		parser.argc++;
	argv[parser.argc] = NULL;
	optind = 0;		/* glibc: begin anew */
	if (option_parse(&parser, &run, &err) < 0) {
		assert_int_equal(err.status, STATUS_USAGE);
		snprintf(text, sizeof text, "%s", err.message);
		return text;
	}
	used = (size_t)snprintf(text, sizeof text, "%s%s%s%s%s%s%s%s", run.platform ? "p=" : "",
				run.platform ? run.platform : "", run.lock ? " l=" : "",
				run.lock ? run.lock : "", run.quiet ? " q" : "",
				run.offline ? " o" : "", *run.order ? " " : "", run.order);
	while ((operand = option_operand(&parser)))
		used += (size_t)snprintf(text + used, sizeof text - used, "[%s]", operand);
	return text;
}

static void command_lines(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a b", "[a][b]" },
		{ "-p x", "p=x" }, { "-px", "p=x" }, { "--platform x", "p=x" },
		{ "--platform=x", "p=x" }, { "--platform=", "p=" }, { "--lock f", " l=f" },
		{ "--lock=--offline", " l=--offline" }, { "--lock --offline", " l=--offline" },
		{ "-q --offline", " q o" }, { "-qp x", "p=x q" },
		{ "a -q b --lock f c", " l=f q[a][b][c]" },
		{ "-q -- -q --lock", " q[-q][--lock]" }, { "-", "[-]" },
		{ "-p x -p y", "p=y" }, { "-m a --mark=b a -mc", " abc[a]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(parse(rows[i][0]), rows[i][1]);
}

static void refusals(void **state)
{
	static const char *const rows[][2] = {
		{ "-x", "cannot use option '-x': no such option" },
		{ "-qx", "cannot use option '-x': no such option" },
		{ "--what", "cannot use option '--what': no such option" },
		{ "--what=x", "cannot use option '--what=x': no such option" },
		{ "-p", "cannot use option '-p': its argument is missing" },
		{ "--lock", "cannot use option '--lock': its argument is missing" },
		{ "a b --lock", "cannot use option '--lock': its argument is missing" },
		{ "--offline=1", "cannot use option '--offline=1': it takes no argument" },
		{ "--quiet=1", "cannot use option '--quiet=1': it takes no argument" },
		{ "--platform", "cannot use option '--platform': its argument is missing" },
		{ "--plat", "cannot use option '--plat': its argument is missing" },
		{ "--quiet -qx", "cannot use option '-x': no such option" },
		{ "-m a --mark=bad -x", "cannot use --mark 'bad'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(parse(rows[i][0]), rows[i][1]);
}

static void operands(void **state)
{
	char one[] = "one", two[] = "two", *argv[] = { one, two };
	struct option_parser parser = { .argc = 2, .argv = argv };
	struct error err;

	(void)state;
	assert_string_equal(option_operand(&parser), "one");
	assert_refused(option_end(&parser, "place", &err), err, STATUS_USAGE,
		       "cannot use operand 'two': one place at a time");
	assert_string_equal(option_operand(&parser), "two");
	assert_int_equal(option_end(&parser, "place", &err), 0);
	assert_null(option_operand(&parser));
}

static void signals_are_noted(void **state)
{
	struct sigaction old;
	struct error err;

	(void)state;
	signal(SIGHUP, SIG_IGN);
	interrupt_install();
	/* What was ignored, as by nohup, stays so. */
	assert_int_equal(sigaction(SIGHUP, NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_IGN);
	assert_int_equal(sigaction(SIGPIPE, NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_IGN);
	assert_int_equal(interrupt_signal(), 0);
	assert_int_equal(interrupt_check(&err), 0);
	raise(SIGTERM);
	assert_int_equal(interrupt_signal(), SIGTERM);
	assert_refused(interrupt_check(&err), err, STATUS_INTERRUPTED, "interrupted by signal 15");
	raise(SIGINT);
	assert_int_equal(interrupt_signal(), SIGINT);
}

/* Of a table of this many options the last is read; 30 and the two of all commands are the most. */
static int parse_long_table(size_t count, struct error *err)
{
	static char names[40][12];
	struct option_spec many[41] = { 0 };
	char command[] = "test", option[12];
	char *argv[] = { command, option, NULL };
	struct option_parser parser = { .specs = many, .argc = 2, .argv = argv };
	struct run run = { .quiet = false };

	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof names[i], "option-%u", (unsigned)i % 100);
		many[i] = (struct option_spec){ names[i], NULL, "", OPTION(quiet), .letter =
						(char)('A' + i) };
	}
	snprintf(option, sizeof option, "--%.9s", names[count - 1]);
	optind = 0;
	return option_parse(&parser, &run, err) < 0 ? -1 : run.quiet;
}

static void long_tables_are_refused(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(parse_long_table(30, &err), 1);
	assert_int_equal(parse_long_table(31, &err), -1);
	assert_int_equal(err.status, STATUS_LIMIT);
	assert_string_equal(err.message, "cannot read the options of 'test': it has more than 32");
	assert_int_equal(parse_long_table(40, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),
		cmocka_unit_test(refusals),
		cmocka_unit_test(operands),
		cmocka_unit_test(signals_are_noted),
		cmocka_unit_test(long_tables_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
