/* SPDX-License-Identifier: Apache-2.0 */
/* bundler rootfs: directory, archive and manifest of each chosen platform. */
#include "command/command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "build/outputs.h"
#include "command/inputs.h"
#include "command/report.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct staging staging;
	const char *output;
	struct digest *digests;		/* of the manifests, one for each platform */
	bool json;
};

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("only this platform of the recipe; repeatable"),
	{ "output", "DIR", "write the trees to DIR (default: rootfs)",
	  OPTION(output), .letter = 'o' },
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	{ "json", NULL, "print the results as JSON", OPTION(json) },
	{ 0 },
};

/* From the lock to the three flushed outputs in the staging directory; a job. */
static int build_one(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	struct command_inputs *inputs = &run->inputs;
	const struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &inputs->client,
		.epoch = inputs->epoch,
	};

	return outputs_build(&build, inputs->platforms[number], run->staging.fd,
			     &run->digests[number], err);
}

/* Prints lines for sha256sum --check. */
static void print_lines(struct run *run)
{
	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		printf("%s  %s/%s.mtree\n", digest_write_hex(&run->digests[i], hex), run->output,
		       run->inputs.platforms[i]->directory);
	}
}

static void print_json(struct run *run)
{
	json_t *report = command_inputs_describe(&run->inputs), *roots = json_array();

	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		const struct platform *platform = run->inputs.platforms[i];
		const char *directory = pool_format(&run->inputs.pool, "%s/%s", run->output,
						    platform->directory);

		json_array_append_new(roots, json_pack("{s:s, s:o, s:o}",
			"platform", platform->name,
			"directory", report_json(directory),
			"mtree", report_json_digest(&run->digests[i])));
	}
	json_object_set_new(report, "rootfs", roots);
	report_document(stdout, report);
}

static int report(void *context, struct error *err)
{
	struct run *run = context;

	(run->json ? print_json : print_lines)(run);
	return report_flush(err);
}

/*
 * All or nothing: what one platform lacks keeps the others from being published, and so does a lost
 * report. After a failure the directories that were made for the outputs are removed, too.
 */
static int make(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const size_t count = inputs->platform_count;
	char *made = file_first_missing(run->output);
	const char **names = pool_new(&inputs->pool, count, sizeof *names);
	int directory, result = -1;

	confine_write(inputs->fetch.confine, run->output);
	directory = file_make_directory(run->output, err);
	if (directory < 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		names[i] = inputs->platforms[i]->directory;
		if (outputs_check(directory, names[i], err) < 0)
			goto out;
	}
	if (staging_open(&run->staging, directory, run->output, err) < 0)
		goto out;
	run->digests = pool_new(&inputs->pool, count, sizeof *run->digests);
	if (command_inputs_ahead(inputs, err) == 0
	    && command_inputs_run(inputs, build_one, run, count, err) == 0
	    && outputs_publish(&run->staging, names, count, report, run, err) == 0)
		result = 0;
	result = staging_end(&run->staging, result, err);
out:
	if (directory >= 0)
		close(directory);
	if (result < 0 && made)
		file_remove_directories(run->output, made);
	free(made);
	return result;
}

static int run_rootfs(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .output = "rootfs" };
	int result = -1;

	if (option_parse(parser, &run, err) == 0
	    && command_inputs_open(&run.inputs, parser, err) == 0
	    && command_inputs_fetch(&run.inputs, err) == 0)
		result = make(&run, err);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_rootfs = {
	.name = "rootfs",
	.summary = "build root file systems from a recipe, its lock and the release",
	.synopsis = "[-p PLATFORM]... [-o DIR] [--lock FILE] [--cache DIR] "
		    "[--mirror URL]... [--netrc FILE] [--header-file FILE] "
		    "[--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] "
		    "[--offline] [--json] [RECIPE]",
	.examples = "  bundler rootfs nats.yaml\n"
		    "  bundler rootfs -p amd64 -o out --offline nats.yaml\n",
	.options = options,
	.network = true,
	.writes = true,
	.outputs = true,
	.run = run_rootfs,
};
