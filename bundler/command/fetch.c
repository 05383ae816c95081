/* SPDX-License-Identifier: Apache-2.0 */
/* bundler fetch: downloads the archives that the lock has into the cache. */
#include "command/command.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

#include "command/inputs.h"
#include "command/report.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	pthread_mutex_t output;		/* one event at a time */
	bool json;
};

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("only this platform of the recipe; repeatable"),
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	{ "json", NULL, "print events as JSON, one per line", OPTION(json) },
	{ 0 },
};

static void print_object(struct run *run, json_t *object)
{
	pthread_mutex_lock(&run->output);
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	fflush(stdout);
	pthread_mutex_unlock(&run->output);
	json_decref(object);
}

/* Bytes from the network need not be UTF-8; a text that is not is left out. */
static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
	if (number != 0)
		json_object_set_new(object, key, json_integer((json_int_t)number));
}

static void print_event(void *context, const struct event *event)
{
	static const char *const names[] = {
		[EVENT_CACHED] = "cached",
		[EVENT_DISCARDED] = "discarded",
		[EVENT_WAITING] = "waiting",
		[EVENT_STARTED] = "started",
		[EVENT_PROGRESS] = "progress",
		[EVENT_RETRYING] = "retrying",
		[EVENT_SOURCE_FAILED] = "source-failed",
		[EVENT_DONE] = "done",
	};
	json_t *object;

	if (!names[event->kind])
		return;
	object = json_object();
	set_text(object, "event", names[event->kind]);
	set_text(object, "asset", event->asset);
	set_text(object, "url", event->url);
	set_text(object, "message", event->message);
	set_number(object, "done", event->done);
	set_number(object, "total", event->total);
	set_number(object, "delay", event->delay);
	print_object(context, object);
}

/* Prints lines for sha256sum --check. */
static void print_lines(struct run *run)
{
	for (size_t i = 0; i < run->inputs.asset_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		digest_write_hex(&run->inputs.assets[i].digest, hex);
		printf("%s  %s/sha256/%s\n", hex, run->inputs.fetch.cache, hex);
	}
}

/* An archive that was fetched; other releases than the recipe's own are named. */
static void print_archive(struct run *run, size_t number, const char *platform,
			  const char *release)
{
	const struct fetch_asset *asset = &run->inputs.assets[number];
	char hex[DIGEST_HEX_BYTES];
	const char *path = pool_format(&run->inputs.pool, "%s/sha256/%s", run->inputs.fetch.cache,
				       digest_write_hex(&asset->digest, hex));

	print_object(run, json_pack("{s:s, s:s, s:s*, s:s, s:o, s:I, s:o}", "event", "archive",
		"platform", platform, "release", release, "asset", asset->name,
		"digest", report_json_digest(&asset->digest),
		"size", (json_int_t)fetch_size(&run->inputs.client, number),
		"path", report_json(path)));
}

/* In the order of build_assets. */
static void print_archives(struct run *run)
{
	const struct recipe *recipe = &run->inputs.recipe;
	size_t number = 0;

	for (size_t i = 0; i < run->inputs.platform_count; i++)
		for (size_t k = 0; k < recipe->release_count; k++)
			if (recipe_format(&recipe->releases[k], run->inputs.platforms[i]))
				print_archive(run, number++, run->inputs.platforms[i]->name,
					      k > 0 ? recipe->releases[k].name : NULL);
}

static int run_fetch(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .output = PTHREAD_MUTEX_INITIALIZER };
	struct command_inputs *inputs = &run.inputs;
	int result = -1;

	if (option_parse(parser, &run, err) < 0)
		goto out;
	if (run.json)
		inputs->fetch.events = (struct event_sink){ print_event, &run };
	if (command_inputs_open(inputs, parser, err) < 0 || command_inputs_fetch(inputs, err) < 0)
		goto out;
	result = command_inputs_ahead(inputs, err);
	if (result == 0)
		(run.json ? print_archives : print_lines)(&run);
out:
	command_inputs_close(inputs);
	return result;
}

const struct command command_fetch = {
	.name = "fetch",
	.summary = "download the locked release archives into the cache, and verify them",
	.synopsis = "[-p PLATFORM]... [--lock FILE] [--cache DIR] [--mirror URL]... "
		    "[--netrc FILE] [--header-file FILE] [--ca-file FILE] "
		    "[--stall-timeout SECONDS] [--timeout SECONDS] [--offline] [--json] "
		    "[RECIPE]",
	.examples = "  bundler fetch nats.yaml\n"
		    "  bundler fetch --mirror https://mirror.example/releases nats.yaml\n",
	.options = options,
	.network = true,
	.writes = true,
	.run = run_fetch,
};
