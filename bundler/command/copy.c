/* SPDX-License-Identifier: Apache-2.0 */
/* bundler copy: an image from one place to another, with its digests. */
#include "command/command.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build/image_output.h"
#include "build/replica.h"
#include "command/inputs.h"
#include "command/place.h"
#include "command/report.h"
#include "image/closure.h"
#include "image/location.h"
#include "image/reference.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;	/* for -p, and what registry uses */
	struct command_registry registry;
	const char *texts[2];		/* of the places, as the user named them */
	struct location places[2];	/* from, to */
	struct image_output target;	/* of a layout or an archive */
	struct oci_style style;
	struct closure closure;
	struct push_result pushed;
	bool referrers, force, json;
	int scratch;			/* for standard output, else -1 */
};

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("only the image of this platform"),
	{ "referrers", NULL, "copy what refers to the image, too, such as signatures",
	  OPTION(referrers) },
	{ "force", NULL, "replace a file that bundler did not make", OPTION(force) },
	{ "json", NULL, "print the result as JSON", OPTION(json) },
	COMMAND_PLACE_OPTIONS,
	{ 0 },
};

/* ---- names ---- */

static int refuse_kind(const struct location *place, const char *text, const char *what,
		       struct error *err)
{
	if (place->kind != LOCATION_DIRECTORY && place->kind != LOCATION_TAR)
		return 0;
	error_set(err, STATUS_USAGE, "cannot copy %s '%s': it is a tree, not an image", what, text);
	return error_hint(err, "'bundler image' makes an image from a recipe");
}

/*
 * Names the image in the new place. An archive for docker load needs a whole name: that of the
 * place, else that of the reference that is copied.
 */
static int set_name(struct run *run, const char *text, struct error *err)
{
	const struct location *from = &run->places[0], *to = &run->places[1];
	const char *name = to->tag;
	char *colon;

	if (to->kind == LOCATION_REGISTRY)
		return 0;
	if (!name && to->kind == LOCATION_DOCKER_ARCHIVE && from->kind == LOCATION_REGISTRY
	    && from->reference.tag)
		name = reference_familiar(&from->reference, &run->inputs.pool);
	run->style.tag = name;
	run->style.docker = name && strchr(name, ':') && to->kind != LOCATION_OCI;
	if (to->kind == LOCATION_DOCKER_ARCHIVE && !run->style.docker) {
		error_set(err, STATUS_USAGE, "cannot copy to '%s': an archive for docker load "
			  "needs a name for the image", text);
		return error_hint(err, "add it, as in docker-archive:FILE:NAME:TAG");
	}
	if (name && strchr(name, ':') && !run->style.docker) {
		error_set(err, STATUS_USAGE, "cannot copy to '%s': '%s' is not a tag", text, name);
		return error_hint(err, "a layout names images by tags alone");
	}
	if (!run->style.docker)
		return 0;
	run->style.name = pool_string(&run->inputs.pool, name);
	colon = strrchr(run->style.name, ':');
	*colon = '\0';
	run->style.tag = colon + 1;
	return 0;
}

/* ---- places ---- */

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;

	if (option_parse(parser, run, err) < 0)
		return -1;
	if (parser->argc != 2)
		return error_set(err, STATUS_USAGE, "cannot copy: two places are needed, not %d",
				 parser->argc);
	if (inputs->platform_count > 1) {
		error_set(err, STATUS_USAGE, "cannot copy several platforms of an image: their "
			  "index would be another one");
		return error_hint(err, "copy one platform, or all without --platform");
	}
	for (size_t i = 0; i < 2; i++) {
		run->texts[i] = option_operand(parser);
		if (location_parse(&run->places[i], &inputs->pool, run->texts[i], err) < 0
		    || refuse_kind(&run->places[i], run->texts[i], i == 0 ? "from" : "to",
				   err) < 0)
			return -1;
	}
	report_yield_output(run->places[1].standard);
	if (run->places[1].standard && isatty(STDOUT_FILENO))
		return error_set(err, STATUS_USAGE, "cannot write an image to '-': standard output "
				 "is a terminal");
	return command_registry_check(&run->places[1], inputs, err) < 0
	       ? -1 : set_name(run, run->texts[1], err);
}

/* Opens the new place, before the process gives up what only that needs. */
static int open_target(struct run *run, struct confine *confine, struct error *err)
{
	const struct location *to = &run->places[1];

	if (to->kind == LOCATION_REGISTRY)
		return 0;
	command_inputs_list_scratch(confine);
	if (!to->standard) {
		confine_write_beside(confine, to->path);
	} else {
		run->scratch = command_inputs_scratch(err);
		if (run->scratch < 0)
			return -1;
	}
	return image_output_open(&run->target, to, false, run->force, run->scratch, err);
}

/* ---- results ---- */

static void print_json(const struct run *run, FILE *stream)
{
	const struct closure_item *top = &run->closure.items[run->closure.top];
	json_t *report = json_pack("{s:o, s:s, s:o, s:o}",
				   "digest", report_json_digest(&top->descriptor.digest),
				   "mediaType", top->descriptor.media_type,
				   "from", report_json(run->texts[0]),
				   "to", report_json(run->texts[1]));

	if (run->places[1].kind == LOCATION_REGISTRY)
		command_registry_describe(report, run->places[1].path, &run->pushed);
	report_document(stream, report);
}

static int report(void *context, struct error *err)
{
	struct run *run = context;
	const struct closure *closure = &run->closure;
	FILE *stream = report_stream();
	char digest[DIGEST_TEXT_BYTES];

	if (run->json) {
		print_json(run, stream);
	} else {
		digest_write(&closure->items[closure->top].descriptor.digest, digest);
		fprintf(stream, "%s  ", digest);
		report_text(stream, run->texts[1]);
		fputc('\n', stream);
	}
	return report_flush(err);
}

/* ---- copying ---- */

/* For image_output_write. */
static int fill(void *context, struct tree *layout, const struct kept *kept, struct error *err)
{
	struct run *run = context;
	struct oci_style style = run->style;

	if (kept) {
		style.index = kept->index.json.root;
		style.lists = kept->lists;
	}
	return replica_fill(layout, &run->closure, &style, run->target.staging.fd, err);
}

static int copy(struct run *run, struct error *err)
{
	const struct location *to = &run->places[1];
	const struct command_inputs *inputs = &run->inputs;
	const struct platform *platform = inputs->platform_count > 0 ? inputs->platforms[0] : NULL;
	const struct image_output_source source = { fill, report, run, 0 };

	if (command_place_open(&run->registry, &run->places[0],
			       run->referrers ? PULL_ATTACHED : PULL_ALL, err) < 0
	    || closure_open(&run->closure, &run->places[0], platform, run->referrers, err) < 0)
		return -1;
	if (to->kind != LOCATION_REGISTRY)
		return image_output_write(&run->target, &source, err);
	if (command_registry_push(&run->registry, &run->closure, to, &run->pushed, err) < 0)
		return -1;
	return report(run, err);
}

static int run_copy(struct option_parser *parser, struct error *err)
{
	struct run run = {
		.inputs = COMMAND_INPUTS_INIT, .registry = COMMAND_REGISTRY_INIT, .scratch = -1,
	};
	struct confine *confine = parser->confine;
	int result = -1;

	if (parse(&run, parser, err) < 0)
		goto out;
	command_place_list(confine, &run.places[0]);
	if (open_target(&run, confine, err) < 0)
		goto out;
	if (command_place_begin(&run.registry, &run.inputs, confine, run.places, 2, err) == 0)
		result = copy(&run, err);
	closure_close(&run.closure);
	if (run.places[1].kind != LOCATION_REGISTRY)
		result = image_output_close(&run.target, result, err);
out:
	command_place_close(&run.places[0]);
	command_registry_close(&run.registry);
	command_inputs_close(&run.inputs);
	if (run.scratch >= 0)
		close(run.scratch);
	return result;
}

const struct command command_copy = {
	.name = "copy",
	.summary = "copy an image from one place to another, with its digests",
	.synopsis = "[-p PLATFORM] [--referrers] [--force] [--json] " COMMAND_PLACE_SYNOPSIS
		    " FROM TO",
	.examples = "  bundler copy oci:layout:1.0 docker://registry.example/nats:1.0\n"
		    "  bundler copy --referrers docker://a.example/x:1 docker://b.example/x:1\n",
	.options = options,
	.registry = true,
	.writes = true,
	.outputs = true,
	.streams = true,
	.run = run_copy,
};
