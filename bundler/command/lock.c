/* SPDX-License-Identifier: Apache-2.0 */
/* bundler lock: writes the lock of a recipe. */
#include "command/command.h"

#include <jansson.h>
#include <stdio.h>

#include "command/lock_inputs.h"
#include "command/report.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct command_lock_inputs locking;
	struct lock lock;
	bool json;
};

static const struct option_spec options[] = {
	{ "json", NULL, "print what was pinned as JSON", OPTION(json) },
	COMMAND_LOCK_INPUTS_OPTIONS,
	{ 0 },
};

static void print_lines(const struct lock *lock)
{
	for (size_t k = 0; k < lock->release_count; k++)
		for (size_t i = 0; i < lock->releases[k].asset_count; i++) {
			const struct lock_asset *asset = &lock->releases[k].assets[i];
			char hex[DIGEST_HEX_BYTES];

			printf("%s  %s\n", digest_write_hex(&asset->digest, hex), asset->url);
		}
}

static void print_json(const struct run *run)
{
	const struct lock *lock = &run->lock;
	json_t *report = json_pack("{s:s, s:s, s:s, s:I, s:o}", "name", lock->name,
				   "version", lock->version, "release", lock->release,
				   "epoch", (json_int_t)lock->epoch,
				   "lock", report_json(run->inputs.lock_file));

	command_lock_inputs_describe(report, &run->inputs.recipe, lock);
	report_document(stdout, report);
}

static int print(void *context, struct error *err)
{
	const struct run *run = context;

	if (run->json)
		print_json(run);
	else
		print_lines(&run->lock);
	return report_flush(err);
}

static int run_lock(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .locking = COMMAND_LOCK_INPUTS_INIT };
	int result = -1;

	if (option_parse(parser, &run, err) == 0
	    && command_lock_inputs_open(&run.locking, &run.inputs, parser, err) == 0
	    && lock_make(&run.locking.make, &run.lock, err) == 0)
		result = lock_write(&run.lock, run.inputs.lock_file, print, &run, err);
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
	.synopsis = "[--json] " COMMAND_LOCK_INPUTS_SYNOPSIS "[RECIPE]",
	.examples = "  bundler lock nats.yaml\n"
		    "  bundler lock --sums SHA256SUMS nats.yaml\n",
	.options = options,
	.network = true,
	.writes = true,
	.outputs = true,
	.run = run_lock,
};
