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
#include "command/broker.h"
#include "command/command.h"
#include "command/confinement.h"
#include "command/licence.h"
#include "command/report.h"
#include "versions.h"

static const struct command *const commands[] = {
	&command_init,
	&command_rootfs,
	&command_image,
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
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_usage(FILE *stream)
{
	fputs("usage: bundler COMMAND [OPTION]... [OPERAND]...\n"
	      "       bundler --version [--verbose]\n"
	      "       bundler --license\n"
	      "       bundler --help\n\ncommands:\n", stream);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(stream, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'bundler COMMAND --help' describes a command, bundler(1) all of them.\n",
	      stream);
}

static void print_help(const struct command *command)
{
	printf("usage: bundler %s %s\n\n%s\n\n", command->name, command->synopsis,
	       command->summary);
	option_print(stdout, command->options);
	fputs("  -h, --help                   print this\n", stdout);
}

static void print_error(const struct error *err)
{
	report_line("bundler: ", err->message, "");
	if (err->hint[0] != '\0')
		report_line("hint: ", err->hint, "");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* --help is taken anywhere before "--". */
static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
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
				 "cannot use '%s': --version takes only --verbose",
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
		print_usage(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return print_version(argc, argv, err);
	if (strcmp(argv[1], "--license") == 0)
		return print_licence(argc, argv, err);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return STATUS_OK;
	}
	command = find(argv[1]);
	if (!command) {
		error_set(err, STATUS_USAGE, "cannot run '%s': no such command", argv[1]);
		return error_hint(err, "'bundler --help' lists the commands");
	}
	if (wants_help(argc - 1, argv + 1)) {
		print_help(command);
		return STATUS_OK;
	}
	registry = command->registry && names_registry(argc - 1, argv + 1);
	if ((registry && broker_start(err) < 0)
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
	print_error(&err);
	if (err.status == STATUS_INTERRUPTED)
		take_signal(interrupt_signal());
	return (int)err.status;
}
