/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <stdio.h>

#include "command/relock.h"
#include "command/report.h"

static const struct option_spec options[] = {
	COMMAND_RELOCK,
	{ 0, NULL, NULL, NULL },
};

static int parse(struct command_relock *command, struct option_parser *parser, struct error *err)
{
	const char *value;
	int id;

	while ((id = option_next(parser, &value, err)) > 0)
		if (command_relock_option(command, id, value, err) < 0)
			return -1;
	return id;
}

static int print_lock(void *context, struct error *err)
{
	const struct lock *lock = context;

	for (size_t i = 0; i < lock->asset_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		printf("%s  %s\n", digest_write_hex(&lock->assets[i].digest, hex),
		       lock->assets[i].url);
	}
	return report_flush(err);
}

static int make(struct command_relock *command, struct error *err)
{
	struct lock lock;
	int result;

	if (lock_make(&command->relock, &lock, err) < 0)
		return -1;
	result = lock_write(&lock, command->inputs.lock_file, print_lock, &lock, err);
	lock_close(&lock);
	return result;
}

static int run_lock(struct option_parser *parser, struct error *err)
{
	struct command_relock command;
	int result;

	command_relock_init(&command);
	result = parse(&command, parser, err);
	if (result == 0)
		result = command_relock_open(&command, parser, err);
	if (result == 0)
		result = make(&command, err);
	command_relock_close(&command);
	return result;
}

const struct command command_lock = {
	.name = "lock",
	.summary = "write the lock: what exactly a recipe stands for",
	.synopsis = COMMAND_RELOCK_SYNOPSIS "[RECIPE]",
	.options = options,
	.run = run_lock,
};
