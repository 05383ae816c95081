/* SPDX-License-Identifier: Apache-2.0 */
/* bundler diff: two images or trees against each other. */
#include "command/command.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/image.h"
#include "audit/observe_place.h"
#include "audit/offsets.h"
#include "audit/pairs.h"
#include "audit/places.h"
#include "audit/tree.h"
#include "base/file.h"
#include "command/differences.h"
#include "command/inputs.h"
#include "command/place.h"

/* One run of the command. */
struct run {
	struct command_differences differences;
	struct command_inputs inputs;	/* for -p, and what registry uses */
	struct command_registry registry;
	const char *texts[2];		/* of the places, as the user named them */
	struct location places[2];
	struct observe_place sides[2];
	struct audit audit;
};

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("only images of this platform; repeatable"),
	COMMAND_DIFFERENCES_OPTIONS,
	COMMAND_PLACE_OPTIONS,
	{ 0 },
};

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	if (option_parse(parser, run, err) < 0
	    || command_differences_check(&run->differences, err) < 0)
		return -1;
	if (parser->argc != 2)
		return error_set(err, STATUS_USAGE, "cannot compare: two places are needed, not %d",
				 parser->argc);
	for (size_t i = 0; i < 2; i++) {
		run->texts[i] = option_operand(parser);
		if (location_parse(&run->places[i], &run->inputs.pool, run->texts[i], err) < 0)
			return -1;
		command_place_list(parser->confine, &run->places[i]);
	}
	if (run->places[0].standard && run->places[1].standard)
		return error_set(err, STATUS_USAGE, "cannot compare '%s' with '%s': standard input "
				 "is one place", run->texts[0], run->texts[1]);
	return command_place_begin(&run->registry, &run->inputs, parser->confine,
				   run->places, 2, err);
}

/* Finds from which byte on contents differ. */
static int find_offsets(struct run *run, struct image *const images[2], struct error *err)
{
	int scratch = command_inputs_scratch(err), spool, result = -1;

	if (scratch < 0)
		return -1;
	spool = file_open_unnamed(scratch);
	if (spool < 0) {
		error_errno(err, STATUS_FILE, "cannot keep files of '%s'", run->texts[0]);
	} else {
		result = audit_offsets_places(&run->audit, run->sides, images, spool, err);
		close(spool);
	}
	close(scratch);
	return result;
}

/* Says why there is no tree of an image. */
static int refuse(const struct run *run, size_t side, const struct image *image, struct error *err)
{
	size_t number = 0;

	if (image->manifest.fault)
		return error_set(err, STATUS_ARCHIVE, "cannot read '%s': its manifest: %s",
				 run->places[side].path, image->manifest.fault);
	while (!image->layers[number].fault)
		number++;
	return error_set(err, STATUS_ARCHIVE, "cannot read '%s': layer %zu: %s",
			 run->places[side].path, number, image->layers[number].fault);
}

/*
 * Compares the trees of the places, or of an image where one has images. audit_image reports that
 * an image of two has no tree; such an image cannot be compared with a tree.
 */
static int compare_trees(struct run *run, struct image *const images[2], struct error *err)
{
	for (size_t i = 0; i < 2; i++)
		if (observe_place_read(&run->sides[i], images[i], err) < 0)
			return -1;
	for (size_t i = 0; i < 2; i++)
		if (images[i] && !images[i]->has_tree)
			return images[1 - i] ? 0 : refuse(run, i, images[i], err);
	audit_tree(&run->audit, observe_place_tree(&run->sides[0], images[0]),
		   observe_place_tree(&run->sides[1], images[1]));
	return audit_tree_wants_offsets(&run->audit) ? find_offsets(run, images, err) : 0;
}

static int compare_pair(struct run *run, const struct pair *pair, struct error *err)
{
	struct image *const images[2] = { pair->expected, pair->found };
	int result;

	if (!pair->expected || !pair->found) {
		audit_image_alone(&run->audit, pair->expected, pair->found);
		return 0;
	}
	result = compare_trees(run, images, err);
	audit_image(&run->audit, pair->expected, pair->found, NULL);
	return result;
}

static int compare_images(struct run *run, struct error *err)
{
	const struct observe_images *first = &run->sides[0].images, *second = &run->sides[1].images;
	size_t count;
	struct pair *pairs = pairs_match(first, second, &count);
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		run->audit.platform = count > 1 && pairs[i].expected && pairs[i].found
				      ? pairs[i].expected->platform : NULL;
		result = compare_pair(run, &pairs[i], err);
	}
	run->audit.platform = NULL;
	audit_places(&run->audit, first, second);
	free(pairs);
	return result;
}

/* The one image of a side that is compared with a tree; NULL for a tree. */
static int find_image(struct run *run, size_t side, struct image **image, struct error *err)
{
	struct observe_images *images = &run->sides[side].images;

	*image = run->sides[side].has_images ? images->items : NULL;
	if (!run->sides[side].has_images || images->count == 1)
		return 0;
	if (images->count == 0)
		return error_set(err, STATUS_USAGE, "cannot compare '%s' with a tree: it has no "
				 "image for the chosen platforms", run->texts[side]);
	return error_set(err, STATUS_USAGE, "cannot compare '%s' with a tree: it has %zu images "
			 "(choose one with --platform)", run->texts[side], images->count);
}

/* Of a platform that neither place has nothing would be compared, and nothing differ. */
static int check_platforms(const struct run *run, struct error *err)
{
	const struct observe_images *first = &run->sides[0].images, *second = &run->sides[1].images;

	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		const struct platform *platform = run->inputs.platforms[i];

		if (!pairs_have(first, platform) && !pairs_have(second, platform))
			return error_set(err, STATUS_USAGE, "cannot compare images for '%s': "
					 "neither '%s' nor '%s' has one", platform->name,
					 run->texts[0], run->texts[1]);
	}
	return 0;
}

static int compare(struct run *run, struct error *err)
{
	const bool has_images = run->sides[0].has_images && run->sides[1].has_images;
	struct image *images[2];

	if (has_images && check_platforms(run, err) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (run->sides[i].has_images && run->inputs.platform_count > 0)
			pairs_choose(&run->sides[i].images, run->inputs.platforms,
				     run->inputs.platform_count);
	if (has_images)
		return compare_images(run, err);
	if (find_image(run, 0, &images[0], err) < 0 || find_image(run, 1, &images[1], err) < 0)
		return -1;
	return compare_trees(run, images, err);
}

static int run_diff(struct option_parser *parser, struct error *err)
{
	struct run run = {
		.differences = COMMAND_DIFFERENCES_INIT("first", "second"),
		.inputs = COMMAND_INPUTS_INIT, .registry = COMMAND_REGISTRY_READ,
	};
	int result = parse(&run, parser, err);
	size_t opened = 0;

	audit_init(&run.audit, run.differences.ignored, run.differences.ignored_count);
	for (; result == 0 && opened < 2; opened++)
		if (command_place_open(&run.registry, &run.places[opened], PULL_IMAGES, err) < 0
		    || observe_place_open(&run.sides[opened], &run.places[opened], err) < 0)
			result = -1;
	if (result == 0)
		result = compare(&run, err);
	if (result == 0) {
		audit_sort(&run.audit);
		result = command_differences_print(&run.differences, &run.audit, "",
						   run.differences.json ? json_object() : NULL);
	}
	audit_free(&run.audit);
	while (opened-- > 0)
		observe_place_close(&run.sides[opened]);
	for (size_t i = 0; i < 2; i++)
		command_place_close(&run.places[i]);
	command_differences_free(&run.differences);
	command_registry_close(&run.registry);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_diff = {
	.name = "diff",
	.summary = "compare two images or trees with each other",
	.synopsis = "[-p PLATFORM]... [--ignore FIELDS] [--require VERDICT] [--strict] "
		    "[--force] [--json] [-q] " COMMAND_PLACE_SYNOPSIS " PLACE PLACE",
	.examples = "  bundler diff oci:old oci:new\n"
		    "  bundler diff --ignore time docker-archive:a.tar docker-archive:b.tar\n",
	.options = options,
	.registry = true,
	.writes = true,
	.run = run_diff,
};
