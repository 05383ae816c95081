/* SPDX-License-Identifier: Apache-2.0 */
/* bundler lock: writes the lock of a recipe. */
#include "command/command.h"

#include <stdio.h>

#include "command/lock_inputs.h"
#include "command/report.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct command_lock_inputs locking;
	struct lock lock;
};

static const struct option_spec options[] = {
	COMMAND_LOCK_INPUTS_OPTIONS,
	{ 0 },
};

static int print_lock(void *context, struct error *err)
{
	const struct lock *lock = context;

	for (size_t k = 0; k < lock->release_count; k++)
		for (size_t i = 0; i < lock->releases[k].asset_count; i++) {
			const struct lock_asset *asset = &lock->releases[k].assets[i];
			char hex[DIGEST_HEX_BYTES];

			printf("%s  %s\n", digest_write_hex(&asset->digest, hex), asset->url);
		}
	return report_flush(err);
}

static int run_lock(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .locking = COMMAND_LOCK_INPUTS_INIT };
	int result = -1;

	if (option_parse(parser, &run, err) == 0
	    && command_lock_inputs_open(&run.locking, &run.inputs, parser, err) == 0
	    && lock_make(&run.locking.make, &run.lock, err) == 0)
		result = lock_write(&run.lock, run.inputs.lock_file, print_lock, &run.lock, err);
	if (result == 0)
		command_inputs_note(&run.inputs.recipe, &run.lock);
	lock_close(&run.lock);
	command_lock_inputs_close(&run.locking);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_lock = {
	.name = "lock",
	.summary = "write the lock of a recipe",
	.synopsis = COMMAND_LOCK_INPUTS_SYNOPSIS "[RECIPE]",
	.examples = "  bundler lock nats.yaml\n"
		    "  bundler lock --sums SHA256SUMS nats.yaml\n",
	.options = options,
	.network = true,
	.writes = true,
	.outputs = true,
	.run = run_lock,
};
