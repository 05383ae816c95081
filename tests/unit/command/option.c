/* SPDX-License-Identifier: Apache-2.0 */
/* option.c and interrupt.c: command lines, and signals as flags. */
#include "unit.h"

#include <getopt.h>
#include <signal.h>

#include "base/interrupt.h"
#include "command/option.h"

static const struct option_spec specs[] = {
	{ 'p', "platform", "PLATFORM", "only this platform" },
	{ 'q', "quiet", NULL, "say nothing" },
	{ OPTION_LOCK, "lock", "FILE", "the lock" },
	{ OPTION_OFFLINE, "offline", NULL, "stay offline" },
	{ 0, NULL, NULL, NULL },
};

/* Reads a command line, words separated by blanks: what came of it, in a line. */
static const char *parse(const char *line)
{
	static char text[sizeof(((struct error *)0)->message)];
	char copy[200], *argv[20], *next = copy;
	struct option_parser parser = { .specs = specs, .argv = argv };
	const char *value;
	struct error err;
	size_t used = 0;
	int id;

	snprintf(copy, sizeof copy, "rootfs%s%s", *line ? " " : "", line);
	while (parser.argc < 19 && (argv[parser.argc] = strsep(&next, " ")))
		parser.argc++;
	argv[parser.argc] = NULL;
	optind = 0;		/* glibc: begin anew */
	while ((id = option_next(&parser, &value, &err)) > 0)
		used += (size_t)snprintf(text + used, sizeof text - used, "%d=%s ", id < 256 ? id
					 : id - 256,
					 value ? value : "-");
	if (id < 0) {
		assert_int_equal(err.status, STATUS_USAGE);
		snprintf(text, sizeof text, "%s", err.message);
		return text;
	}
	text[used] = '\0';
	for (int i = 0; i < parser.argc; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "[%s]", parser.argv[i]);
	return text;
}

static void command_lines(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a b", "[a][b]" },
		{ "-p x", "112=x " }, { "-px", "112=x " }, { "--platform x", "112=x " },
		{ "--platform=x", "112=x " }, { "--platform=", "112= " }, { "--lock f", "0=f " },
		{ "--lock=--offline", "0=--offline " }, { "--lock --offline", "0=--offline " },
		{ "-q --offline", "113=- 4=- " }, { "-qp x", "113=- 112=x " },
		{ "a -q b --lock f c", "113=- 0=f [a][b][c]" },
		{ "-q -- -q --lock", "113=- [-q][--lock]" }, { "-", "[-]" },
		{ "-p x -p y", "112=x 112=y " },
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
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(parse(rows[i][0]), rows[i][1]);
}

static void help(void **state)
{
	FILE *stream;

	(void)state;
	stream = fdopen(openat(scratch, "help", O_WRONLY | O_CREAT, 0600), "w");
	option_print(stream, specs);
	fclose(stream);
	assert_text_at(scratch, "help",
		       "  -p, --platform PLATFORM      only this platform\n"
		       "  -q, --quiet                  say nothing\n"
		       "      --lock FILE              the lock\n"
		       "      --offline                stay offline\n");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),
		cmocka_unit_test(refusals),
		scratch_test(help),
		cmocka_unit_test(signals_are_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
