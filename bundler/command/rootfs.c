/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jobs.h"
#include "build/build.h"
#include "build/outputs.h"
#include "command/inputs.h"
#include "command/progress.h"
#include "command/report.h"

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM,
	{ 'o', "output", "DIR", "where the trees go, instead of rootfs" },
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	{ OPTION_JSON, "json", NULL, "print what was made as JSON" },
	{ 0, NULL, NULL, NULL },
};

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct fetch fetch;
	struct progress progress;
	struct staging staging;
	const char *output;
	int directory;			/* of output */
	char *made;		/* the first directory of output that was not there, or NULL */
	const char **names;		/* of the outputs, one for each platform */
	struct digest *digests;		/* of the manifests, likewise */
	bool json;
};

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *value;
	int id;

	while ((id = option_next(parser, &value, err)) > 0) {
		if (id == 'o')
			run->output = value;
		else if (id == OPTION_JSON)
			run->json = true;
		else if (command_inputs_option(&run->inputs, id, value, err) < 0)
			return -1;
	}
	return id;
}

static int open_output(struct run *run, struct error *err)
{
	const struct command_inputs *inputs = &run->inputs;

	run->made = file_first_missing(run->output);
	run->directory = file_make_directory(run->output, err);
	if (run->directory < 0)
		return -1;
	run->names = pool_new(&run->inputs.pool, inputs->platform_count, sizeof *run->names);
	for (size_t i = 0; i < inputs->platform_count; i++) {
		run->names[i] = inputs->platforms[i]->directory;
		if (outputs_check(run->directory, run->names[i], err) < 0)
			return -1;
	}
	return staging_open(&run->staging, run->directory, run->output, err);
}

/* After a failure the directories that were made for the outputs go again. */
static void close_output(struct run *run, int result)
{
	if (run->directory >= 0)
		close(run->directory);
	if (result < 0 && run->made)
		file_remove_directories(run->output, run->made);
	free(run->made);
}

/* From the lock to the three flushed outputs in the staging directory; a job. */
static int build_one(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	const struct command_inputs *inputs = &run->inputs;
	const struct platform *platform = inputs->platforms[number];
	const struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &run->fetch,
		.epoch = inputs->epoch,
	};
	struct tree tree;
	struct pool pool = { 0 };
	int result;

	if (build_tree(&build, platform, &inputs->assets[number], run->staging.fd, &tree, err) < 0)
		return -1;
	result = outputs_write(&tree, lock_about(&inputs->lock, platform, &pool), run->staging.fd,
			       platform->directory, &run->digests[number], err);
	pool_free(&pool);
	tree_free(&tree);
	return result;
}

/* A line each that sha256sum --check understands. */
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
	const struct lock *lock = &run->inputs.lock;
	json_t *roots = json_array(), *report;

	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		const struct platform *platform = run->inputs.platforms[i];
		const char *directory = pool_format(&run->inputs.pool, "%s/%s", run->output,
						    platform->directory);
		char hex[DIGEST_HEX_BYTES];

		json_array_append_new(roots, json_pack("{s:s, s:o, s:s}",
			"platform", platform->name,
			"directory", report_json(directory),
			"mtree", digest_write_hex(&run->digests[i], hex)));
	}
	report = json_pack("{s:s, s:s, s:s, s:I, s:o}", "name", lock->name, "version",
			   lock->version,
			   "release", lock->release, "epoch", (json_int_t)run->inputs.epoch,
			   "rootfs", roots);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
}

static int report(struct run *run, struct error *err)
{
	(run->json ? print_json : print_lines)(run);
	return report_flush(err);
}

/*
 * All or nothing: what one platform lacks keeps the others from being published, and so does a lost
 * report.
 */
static int build_all(struct run *run, struct error *err)
{
	const size_t count = run->inputs.platform_count;

	if (jobs_run_all(build_one, run, count, err) < 0
	    || outputs_publish(&run->staging, run->names, count, err) < 0)
		return -1;
	if (report(run, err) == 0)
		return 0;
	outputs_retract(&run->staging, run->names, count);
	return -1;
}

static int make(struct run *run, struct error *err)
{
	int result = -1;

	run->inputs.fetch.events = (struct event_sink){ progress_notify, &run->progress };
	if (command_inputs_lock(&run->inputs, err) < 0
	    || fetch_init(&run->fetch, &run->inputs.fetch, err) < 0)
		return -1;
	progress_init(&run->progress);
	run->digests = pool_new(&run->inputs.pool, run->inputs.platform_count,
				sizeof *run->digests);
	if (open_output(run, err) == 0) {
		result = build_all(run, err);
		staging_close(&run->staging);
	}
	close_output(run, result);
	progress_free(&run->progress);
	fetch_free(&run->fetch);
	return result;
}

static int run_rootfs(struct option_parser *parser, struct error *err)
{
	struct run run = { .output = "rootfs", .directory = -1 };
	int result = -1;

	command_inputs_init(&run.inputs);
	if (parse(&run, parser, err) == 0
	    && command_inputs_open(&run.inputs, parser, err) == 0)
		result = make(&run, err);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_rootfs = {
	.name = "rootfs",
	.summary = "build root file systems from a recipe, its lock and the release",
	.synopsis = "[-p PLATFORM]... [-o DIR] [--lock FILE] [--cache DIR] [--mirror URL]... "
		    "[--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] [--offline] "
		    "[--json] [RECIPE]",
	.options = options,
	.run = run_rootfs,
};
