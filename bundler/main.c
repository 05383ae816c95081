/* SPDX-License-Identifier: Apache-2.0 */
/* The program: finds the command, prints help, version and errors, and ends with the status. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/suggest.h"
#include "command/broker.h"
#include "command/command.h"
#include "command/confinement.h"
#include "command/help.h"
#include "command/licence.h"
#include "command/place.h"
#include "command/report.h"
#include "versions.h"

static const struct command *const commands[] = {
	&command_init,
	&command_rootfs,
	&command_image,
	&command_sbom,
	&command_attest,
	&command_copy,
	&command_validate,
	&command_audit,
	&command_diff,
	&command_fetch,
	&command_cache,
	&command_lock,
	&command_library,
	&command_update,
	&command_lint,
	&command_certs,
	NULL,
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int refuse_command(const char *name, struct error *err)
{
	struct suggest meant = suggest_begin(name, strlen(name));
	char text[SUGGEST_BYTES];

	for (size_t i = 0; commands[i]; i++)
		suggest_offer(&meant, commands[i]->name);
	suggest_offer(&meant, "help");
	suggest_offer(&meant, "version");
	error_set(err, STATUS_USAGE, "cannot run '%s': no such command", name);
	return error_hint(err, "%s'bundler help' lists the commands",
			  suggest_text(&meant, "", text));
}

static bool is_one_of(const char *word, const char *one, const char *other, const char *third)
{
	return strcmp(word, one) == 0 || strcmp(word, other) == 0 || strcmp(word, third) == 0;
}

/* help [COMMAND] */
static int print_help(int argc, char **argv, struct error *err)
{
	const struct command *command = argc > 2 ? find(argv[2]) : NULL;

	if (argc > 3)
		return error_set(err, STATUS_USAGE, "cannot use '%s': help takes one command",
				 argv[3]);
	if (argc > 2 && !command)
		return refuse_command(argv[2], err);
	if (command)
		help_print(command);
	else
		help_print_usage(stdout, commands);
	return STATUS_OK;
}

/* Options that are not a command's own are taken anywhere before "--". */
static bool is_among(int argc, char **argv, const char *option)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], option) == 0)
			return true;
	return false;
}

/* Whether a place in a registry may be among the words. */
static bool names_registry(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(argv[i], "docker://"))
			return true;
	return false;
}

static int print_version(int argc, char **argv, struct error *err)
{
	bool verbose = argc > 2 && strcmp(argv[2], "--verbose") == 0;
	static const struct command nothing;
	struct confine confine;

	if (argc > 2 + verbose)
		return error_set(err, STATUS_USAGE,
				 "cannot use '%s': version takes only --verbose",
				 argv[2 + verbose]);
	puts("bundler " BUNDLER_VERSION);
	if (verbose) {
		if (confinement_begin(&confine, &nothing, false, err) < 0)
			return -1;
		fputs(BUNDLER_LIBRARIES, stdout);
		confinement_print(&confine);
	}
	return STATUS_OK;
}

static int print_licence(int argc, char **argv, struct error *err)
{
	if (argc > 2)
		return error_set(err, STATUS_USAGE, "cannot use '%s': --license takes no operand",
				 argv[2]);
	licence_print();
	return STATUS_OK;
}

static int run(int argc, char **argv, struct error *err)
{
	const struct command *command;
	struct option_parser parser;
	struct confine confine;
	bool registry;
	int result;

	if (argc < 2) {
		help_print_usage(stderr, commands);
		return STATUS_USAGE;
	}
	if (is_one_of(argv[1], "version", "--version", "-V"))
		return print_version(argc, argv, err);
	if (strcmp(argv[1], "--license") == 0)
		return print_licence(argc, argv, err);
	if (is_one_of(argv[1], "help", "--help", "-h"))
		return print_help(argc, argv, err);
	command = find(argv[1]);
	/* Before the options are read: what is wrong with them must not get into the image. */
	if (!command || command->streams)
		report_yield_output(command_place_is_streamed(argc - 2, argv + 2));
	if (!command)
		return refuse_command(argv[1], err);
	if (is_among(argc - 1, argv + 1, "--help") || is_among(argc - 1, argv + 1, "-h")) {
		help_print(command);
		return STATUS_OK;
	}
	registry = command->registry && names_registry(argc - 1, argv + 1);
	if (command->begins)
		confine = (struct confine){ .mode = CONFINE_OFF };
	else if ((registry && broker_start(err) < 0)
		 || confinement_begin(&confine, command, command->network || registry, err) < 0)
		return -1;
	parser = (struct option_parser){
		.specs = command->options, .argc = argc - 1, .argv = argv + 1, .confine = &confine,
	};
	result = command->run(&parser, err);
	broker_stop();
	confine_free(&confine);
	return result;
}

/* Ends by the signal that interrupted the work, so that a shell sees what happened. */
static void take_signal(int number)
{
	signal(number, SIG_DFL);
	raise(number);
}

/*
 * When a standard descriptor is closed, the next file that is opened gets its number, and would be
 * overwritten by messages.
 */
static void reserve_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/", O_PATH);
}

int main(int argc, char **argv)
{
	struct error err;
	int result;

	reserve_descriptors();
	interrupt_install();
	result = run(argc, argv, &err);
	/* A command whose output was lost has failed. */
	if (result >= 0 && report_flush(&err) < 0)
		result = -1;
	if (result >= 0)
		return result;
	report_error(&err);
	if (is_among(argc, argv, "--json"))
		report_error_json(&err);
	if (err.status == STATUS_INTERRUPTED)
		take_signal(interrupt_signal());
	return (int)err.status;
}
