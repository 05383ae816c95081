/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "build/build.h"
#include "build/compress.h"
#include "build/image_output.h"
#include "build/oci.h"
#include "command/inputs.h"
#include "command/progress.h"
#include "command/report.h"
#include "image/location.h"

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM,
	{ 'o', "output", "PLACE",
	  "oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:TAG]" },
	{ OPTION_FROM, "from", "DIR",
	  "pack the archives that bundler rootfs has written there, not the release" },
	{ OPTION_FLAVOUR, "flavour", "NAME", "run as the recipe's flavour of this name says" },
	{ OPTION_COMPRESS, "compress", "HOW",
	  "of the layer: gzip, which is the default, zstd or none" },
	{ OPTION_STYLE, "style", "NAME", "doi: as Docker Official Images review a layout" },
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
	struct location output;
	const char *from;		/* directory of archives to pack, or NULL */
	struct oci_style style;
	enum media_compression compression;
	const char *flavour_name;
	const struct recipe_flavour *flavour;
	struct image_output target;
	struct oci_image *images;	/* one for each platform */
	struct digest *manifests;	/* theirs, likewise */
	bool json;
};

static int set_compression(struct run *run, const char *value, struct error *err)
{
	static const char *const names[] = {
		[MEDIA_PLAIN] = "none", [MEDIA_GZIP] = "gzip", [MEDIA_ZSTD] = "zstd",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(value, names[i]) == 0) {
			run->compression = (enum media_compression)i;
			return 0;
		}
	return error_set(err, STATUS_USAGE, "cannot compress by '%s': it is not 'gzip', 'zstd' or "
			 "'none'", value);
}

static int take_option(struct run *run, int id, const char *value, struct error *err)
{
	switch (id) {
	case 'o':
		return location_parse(&run->output, &run->inputs.pool, value, err);
	case OPTION_FROM:
		run->from = value;
		return 0;
	case OPTION_FLAVOUR:
		run->flavour_name = value;
		return 0;
	case OPTION_COMPRESS:
		return set_compression(run, value, err);
	case OPTION_STYLE:
		return command_inputs_style(value, &run->style.doi, err);
	case OPTION_JSON:
		run->json = true;
		return 0;
	}
	return command_inputs_option(&run->inputs, id, value, err) < 0 ? -1 : 0;
}

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *value;
	int id;

	while ((id = option_next(parser, &value, err)) > 0)
		if (take_option(run, id, value, err) < 0)
			return -1;
	if (id == 0 && !run->output.path)
		return error_set(err, STATUS_USAGE, "cannot write an image: no place is given "
				 "(--output)");
	if (id == 0 && run->style.doi && run->compression == MEDIA_ZSTD)
		return error_set(err, STATUS_USAGE, "cannot use style 'doi' with zstd: the "
				 "importers of Docker Official Images do not take it");
	return id;
}

/* An image of nothing but our tree runs on Linux only; without -p the others are left out. */
static int choose_platforms(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const struct platform **chosen = pool_new(&inputs->pool, inputs->platform_count,
						  sizeof *chosen);
	size_t count = 0;

	for (size_t i = 0; i < inputs->platform_count; i++) {
		if (strcmp(inputs->platforms[i]->os, "linux") == 0)
			chosen[count++] = inputs->platforms[i];
		else if (!inputs->all)
			return error_set(err, STATUS_USAGE, "cannot write an image for '%s': only "
					 "Linux runs one without a base",
					 inputs->platforms[i]->name);
	}
	if (count == 0)
		return error_set(err, STATUS_USAGE, "cannot write an image: recipe '%s' has no "
				 "platform of Linux", inputs->recipe.file);
	if (run->style.doi && count > 1)
		return error_set(err, STATUS_USAGE, "cannot use style 'doi' for several platforms: "
				 "choose one (--platform)");
	inputs->platforms = chosen;
	inputs->platform_count = count;
	return 0;
}

static int pack(struct run *run, const struct build *build, const struct platform *platform,
		struct oci_image *image, struct error *err)
{
	char *path = memory_format("%s/%s.tar", run->from, platform->directory);
	int archive = file_open(AT_FDCWD, path, err);
	int result = archive < 0 ? -1 : build_image_from(build, platform, archive, path,
							 run->target.staging.fd, image, err);

	if (archive >= 0)
		close(archive);
	else
		error_hint(err, "'bundler rootfs' makes it; --platform chooses what is packed");
	free(path);
	return result;
}

/* From the lock to the three blobs of one platform's image; a job. */
static int make_image(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	const struct command_inputs *inputs = &run->inputs;
	const struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &run->fetch,
		.epoch = inputs->epoch, .compression = run->compression, .flavour = run->flavour,
		.style = &run->style,
	};
	struct tree tree;

	if (run->from)
		return pack(run, &build, inputs->platforms[number], &run->images[number], err);
	if (build_image(&build, inputs->platforms[number], &inputs->assets[number],
			run->target.staging.fd, &tree, &run->images[number], err) < 0)
		return -1;
	tree_free(&tree);
	return 0;
}

/* ---- report ---- */

static void print_lines(const struct run *run)
{
	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		printf("sha256:%s  %s\n", digest_write_hex(&run->manifests[i], hex),
		       run->inputs.platforms[i]->name);
	}
}

static void print_json(const struct run *run)
{
	const char *compressor = run->compression == MEDIA_PLAIN
				 ? "none" : compress_version(run->compression);
	json_t *images = json_array(), *report;

	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		json_array_append_new(images, json_pack("{s:s, s:o}",
			"platform", run->inputs.platforms[i]->name,
			"manifest", json_sprintf("sha256:%s",
						 digest_write_hex(&run->manifests[i], hex))));
	}
	report = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:o}", "name", run->inputs.lock.name,
			   "version", run->inputs.lock.version, "release", run->inputs.lock.release,
			   "epoch", (json_int_t)run->inputs.epoch, "tag", run->style.tag,
			   "compressor", compressor, "images", images);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
}

static int report(void *context, struct error *err)
{
	const struct run *run = context;

	(run->json ? print_json : print_lines)(run);
	return report_flush(err);
}

/* ---- the run ---- */

/* What is reported outlives the images, whose contents the layout takes over. */
static void note_digests(struct run *run)
{
	run->manifests = pool_new(&run->inputs.pool, run->inputs.platform_count,
				  sizeof *run->manifests);
	for (size_t i = 0; i < run->inputs.platform_count; i++)
		run->manifests[i] = run->images[i].manifest.digest;
}

static int write_layout(struct run *run, struct error *err)
{
	size_t count = run->inputs.platform_count;
	struct tree layout;
	int result;

	if (jobs_run_all(make_image, run, count, err) < 0)
		return -1;
	note_digests(run);
	tree_init(&layout, run->inputs.epoch);
	result = oci_layout_fill(&layout, run->images, count, &run->style, err);
	if (result == 0)
		result = image_output_write(&run->target, &layout, report, run, err);
	tree_free(&layout);
	return result;
}

static int write_image(struct run *run, struct error *err)
{
	size_t count = run->inputs.platform_count;
	int result;

	run->images = pool_new(&run->inputs.pool, count, sizeof *run->images);
	for (size_t i = 0; i < count; i++)
		oci_image_init(&run->images[i]);
	result = write_layout(run, err);
	for (size_t i = 0; i < count; i++)
		oci_image_free(&run->images[i]);
	return result;
}

static int make(struct run *run, struct error *err)
{
	int result;

	run->style.name = run->inputs.recipe.name;
	run->style.tag = run->output.tag ? run->output.tag : run->inputs.recipe.version;
	run->style.docker = run->output.kind != LOCATION_OCI;
	run->inputs.fetch.events = (struct event_sink){ progress_notify, &run->progress };
	if (command_inputs_flavour(&run->inputs, run->flavour_name, &run->flavour, err) < 0
	    || choose_platforms(run, err) < 0
	    || command_inputs_lock(&run->inputs, err) < 0
	    || fetch_init(&run->fetch, &run->inputs.fetch, err) < 0)
		return -1;
	progress_init(&run->progress);
	result = image_output_open(&run->target, &run->output, err);
	if (result == 0) {
		result = write_image(run, err);
		image_output_close(&run->target, result < 0);
	}
	progress_free(&run->progress);
	fetch_free(&run->fetch);
	return result;
}

static int run_image(struct option_parser *parser, struct error *err)
{
	struct run run = { .compression = MEDIA_GZIP };
	int result = -1;

	command_inputs_init(&run.inputs);
	if (parse(&run, parser, err) == 0
	    && command_inputs_open(&run.inputs, parser, err) == 0)
		result = make(&run, err);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_image = {
	.name = "image",
	.summary = "build an OCI image from a recipe, its lock and the release",
	.synopsis = "-o PLACE [-p PLATFORM]... [--from DIR] [--flavour NAME] [--compress HOW] "
		    "[--style NAME] [--lock FILE] [--cache DIR] [--mirror URL]... [--ca-file FILE] "
		    "[--stall-timeout SECONDS] [--timeout SECONDS] [--offline] [--json] [RECIPE]",
	.options = options,
	.run = run_image,
};
