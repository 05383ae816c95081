/* SPDX-License-Identifier: Apache-2.0 */
/* bundler audit: an image or a tree against what recipe, lock and release make. */
#include "command/command.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/built.h"
#include "audit/image.h"
#include "audit/observe_place.h"
#include "audit/offsets.h"
#include "audit/pairs.h"
#include "audit/pinned.h"
#include "audit/places.h"
#include "audit/tree.h"
#include "base/directory.h"
#include "base/limits.h"
#include "build/build.h"
#include "command/attestation_audit.h"
#include "command/broker.h"
#include "command/confinement.h"
#include "command/differences.h"
#include "command/inputs.h"
#include "command/list.h"
#include "command/place.h"
#include "command/report.h"
#include "command/signer.h"
#include "command/summary.h"
#include "command/verification.h"

/* One run of the command. */
struct run {
	struct command_list list;
	struct command_inputs inputs;
	struct command_registry registry;
	struct command_differences differences;
	struct command_summary summary;
	struct command_signer signer;
	struct command_verification verification;
	const char *text;		/* of the place, as the user named it */
	struct location place;
	struct observe_place observed;
	bool pinned, referrers;
	const char *flavour_name;
	const struct recipe_flavour *flavour;
	struct oci_style style;
	int scratch;
	json_t *labels;			/* those of the recipe, as keys */
	struct oci_image *images;	/* built, one for each platform; for images */
	struct tree *trees;		/* built, one for each platform */
	struct audit audit;
};

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("audit for this platform; repeatable for images"),
	{ "flavour", "NAME", "expect this flavour, not the recipe's own image",
	  OPTION(flavour_name) },
	{ "style", "NAME", "doi: expect a layout in this style",
	  OPTION_CALL(style.doi, command_inputs_style) },
	{ "pinned", NULL, "compare with the results in the lock; nothing is fetched",
	  OPTION(pinned) },
	{ "referrers", NULL, "of a registry, compare what is stated about the image, too",
	  OPTION(referrers) },
	COMMAND_LIST_OPTIONS("audit"),
	COMMAND_SUMMARY_OPTIONS,
	COMMAND_SIGNER_OPTIONS,
	COMMAND_VERIFICATION_OPTIONS,
	COMMAND_DIFFERENCES_OPTIONS,
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	COMMAND_REGISTRY_OPTIONS,
	{ 0 },
};

/* An image of nothing but our tree runs on Linux only. */
static bool can_be_image(const struct command_inputs *inputs, const struct platform *platform)
{
	return recipe_has(&inputs->recipe, platform) && strcmp(platform->os, "linux") == 0;
}

/* Without -p, images of the platforms that the place has are expected. */
static void choose_found(struct run *run)
{
	struct command_inputs *inputs = &run->inputs;
	const struct observe_images *images = &run->observed.images;
	const struct platform **chosen = pool_new(&inputs->pool, images->count, sizeof *chosen);
	struct error ignored;
	size_t count = 0;

	for (size_t i = 0; i < images->count; i++) {
		const struct platform *platform = platform_find(images->items[i].platform,
								&ignored);
		size_t j = 0;

		while (j < count && chosen[j] != platform)
			j++;
		if (platform && j == count && can_be_image(inputs, platform))
			chosen[count++] = platform;
	}
	inputs->platforms = chosen;
	inputs->platform_count = count;
}

/* Without -p a tree is of the only platform there is, or of this machine's. */
static int choose_host(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const struct platform **chosen = pool_new(&inputs->pool, 1, sizeof *chosen);

	chosen[0] = inputs->recipe.platform_count == 1 ? inputs->recipe.platforms[0]
						       : platform_host();
	if (!chosen[0] || !recipe_has(&inputs->recipe, chosen[0]))
		return error_set(err, STATUS_USAGE, "cannot audit '%s': its platform is not known "
				 "(--platform)", run->text);
	inputs->platforms = chosen;
	inputs->platform_count = 1;
	inputs->all = false;
	return 0;
}

static int check_chosen(const struct run *run, struct error *err)
{
	const struct command_inputs *inputs = &run->inputs;

	if (!run->observed.has_images && inputs->platform_count > 1)
		return error_set(err, STATUS_USAGE,
				 "cannot audit '%s': a tree has only one platform",
				 run->text);
	for (size_t i = 0; i < inputs->platform_count && run->observed.has_images; i++)
		if (!can_be_image(inputs, inputs->platforms[i]))
			return error_set(err, STATUS_USAGE, "cannot audit an image for '%s': only "
					 "Linux images need no base image",
					 inputs->platforms[i]->name);
	return 0;
}

static int choose_platforms(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;

	if (inputs->all && !run->observed.has_images)
		return choose_host(run, err);
	if (inputs->all)
		choose_found(run);
	else if (run->observed.has_images)
		pairs_choose(&run->observed.images, inputs->platforms, inputs->platform_count);
	return check_chosen(run, err);
}

/* The layer of the one image that is there for a platform, as its manifest states it; or NULL. */
static const struct descriptor *find_layer(const struct run *run, const struct platform *platform)
{
	const struct observe_images *images = &run->observed.images;

	for (size_t i = 0; i < images->count; i++)
		if (strcmp(images->items[i].platform, platform->name) == 0)
			return images->items[i].layer_count == 1
			       ? images->items[i].layers[0].file.descriptor : NULL;
	return NULL;
}

static int build_one(struct run *run, size_t number, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const struct platform *platform = inputs->platforms[number];
	const struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &inputs->client,
		.epoch = inputs->epoch, .compression = COMPRESSION_GZIP, .flavour = run->flavour,
		.style = &run->style,
	};
	struct tree *tree = &run->trees[number];
	struct oci_image *image = &run->images[number];
	const struct descriptor *layer;

	layer = run->observed.has_images ? find_layer(run, platform) : NULL;
	if (run->pinned)
		return !run->observed.has_images ? 0
		       : build_image_pinned(&build, platform, layer ? &layer->digest
					    : &(struct digest){ 0 }, layer ? layer->size : 0,
					    image, err);
	if (!run->observed.has_images)
		return build_tree(&build, platform, run->scratch, tree, NULL, err);
	if (!layer)
		return build_image(&build, platform, run->scratch, tree, image, err);
	return build_image_like(&build, platform, run->scratch, &layer->digest, layer->size, tree,
				image, err);
}

/* Reads the place, as job 0, while the others build what is expected. */
static int build_or_read(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	struct observe_place *observed = &run->observed;

	if (number > 0)
		return build_one(run, number - 1, err);
	if (!observed->has_images)
		return observe_place_read(observed, NULL, err);
	for (size_t i = 0; i < observed->images.count; i++)
		if (observe_place_read(observed, &observed->images.items[i], err) < 0)
			return -1;
	return 0;
}

static int compare_trees(struct run *run, const struct platform *platform,
			 const struct tree *expected, struct image *found, struct error *err)
{
	if (run->pinned)
		return audit_pinned(&run->audit, &run->inputs.lock, platform, run->inputs.epoch,
				    observe_place_tree(&run->observed, found), err);
	audit_tree(&run->audit, expected, observe_place_tree(&run->observed, found));
	return !audit_tree_wants_offsets(&run->audit) ? 0
	       : audit_offsets_expected(&run->audit, expected, &run->observed, found, err);
}

static int compare_pair(struct run *run, const struct pair *pair, struct error *err)
{
	run->audit.platform = NULL;
	if (!pair->expected || !pair->found) {
		audit_image_alone(&run->audit, pair->expected, pair->found);
		return 0;
	}
	if (run->observed.images.count > 1)
		run->audit.platform = pair->expected->platform;
	audit_image(&run->audit, pair->expected, pair->found, run->labels);
	return !pair->found->has_tree ? 0
	       : compare_trees(run, platform_find(pair->expected->platform, err),
			       &pair->expected->tree, pair->found, err);
}

/* From a registry they were fetched only with --referrers. */
static int compare_statements(struct run *run, struct error *err)
{
	const struct command_attestation_source source = {
		.inputs = &run->inputs, .name = run->style.name, .flavour = run->flavour_name,
	};

	return command_attestation_audit(&run->audit, &run->place, &run->observed.images, &source,
					 err);
}

static int compare_images(struct run *run, struct error *err)
{
	const size_t count = run->inputs.platform_count;
	struct observe_images expected;
	struct pair *pairs = NULL;
	size_t pair_count = 0;
	int result;

	run->style.docker = run->observed.images.docker.json.root;
	result = built_images(&expected, run->images, run->trees, count, &run->style, err);
	if (result == 0)
		pairs = pairs_match(&expected, &run->observed.images, &pair_count);
	for (size_t i = 0; i < pair_count && result == 0; i++)
		result = compare_pair(run, &pairs[i], err);
	run->audit.platform = NULL;
	if (result == 0)
		audit_places(&run->audit, &expected, &run->observed.images);
	if (result == 0)
		result = compare_statements(run, err);
	free(pairs);
	observe_images_close(&expected);
	return result;
}

/* What is printed, and how the command then ends. */
struct printing {
	const struct run *run;
	const char *platforms;
	json_t *report;		/* NULL: lines; or it was taken over */
	int status;
};

/* For command_summary_write: what cannot be printed leaves no summary. */
static int print(void *context, struct error *err)
{
	struct printing *printing = context;
	json_t *report = printing->report;

	printing->report = NULL;
	printing->status = command_differences_print(&printing->run->differences,
						     &printing->run->audit, printing->platforms,
						     report);
	return report_flush(err);
}

/* Prints the result, once the summary is where it belongs. */
static int finish(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	struct printing printing = { .run = run };
	json_t *report = NULL, *platforms = json_array();
	const char *names = "";
	int result;

	for (size_t i = 0; i < inputs->platform_count; i++) {
		const char *name = inputs->platforms[i]->name;

		names = pool_format(&inputs->pool, "%s%s%s", names, *names ? ", " : "", name);
		json_array_append_new(platforms, json_string(name));
	}
	if (run->differences.json) {
		report = command_inputs_describe(inputs);
		json_object_set_new(report, "confined",
				    confinement_json(inputs->fetch.confine));
		json_object_set(report, "platforms", platforms);
	}
	json_decref(platforms);
	audit_sort(&run->audit);
	run->summary.whole = inputs->all;
	printing.platforms = names;
	printing.report = report;
	result = command_summary_write(&run->summary, &run->differences, &run->audit,
				       &run->observed, &inputs->recipe, &inputs->lock,
				       run->style.name, report, print, &printing, err);
	json_decref(printing.report);
	return result < 0 ? -1 : printing.status;
}

static int audit(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const size_t count = inputs->platform_count;
	int result;

	run->scratch = command_inputs_scratch(err);
	if (run->scratch < 0)
		return -1;
	run->trees = pool_new(&inputs->pool, count, sizeof *run->trees);
	run->images = pool_new(&inputs->pool, count, sizeof *run->images);
	for (size_t i = 0; i < count; i++)
		oci_image_init(&run->images[i]);
	run->labels = json_object();
	for (size_t i = 0; i < inputs->recipe.image.label_count; i++)
		json_object_set_new(run->labels, inputs->recipe.image.labels[i].name, json_true());
	audit_init(&run->audit, run->differences.ignored, run->differences.ignored_count);
	result = run->pinned ? 0 : command_inputs_ahead(inputs, err);
	if (result == 0)
		result = command_inputs_run(inputs, build_or_read, run, count + 1, err);
	if (result == 0 && run->observed.has_images)
		result = compare_images(run, err);
	else if (result == 0)
		result = compare_trees(run, inputs->platforms[0], &run->trees[0], NULL, err);
	if (result == 0)
		result = finish(run, err);
	if (result < 0 && err->status == STATUS_NETWORK && inputs->lock.result_count > 0)
		error_hint(err, "--pinned compares with the results in the lock, without the "
			   "archive");
	json_decref(run->labels);
	audit_free(&run->audit);
	built_free(run->images, run->trees, count);
	close(run->scratch);
	return result;
}

/* The lock beside the chosen one that is of this release, in the pool of inputs; or NULL. */
static const char *find_lock(struct command_inputs *inputs, const char *release)
{
	const char *slash = strrchr(inputs->lock_file, '/'), **names;
	const size_t stem = strlen(inputs->lock_file) - strlen(".lock.json");
	const char *folder = slash ? pool_copy(&inputs->pool, inputs->lock_file,
					       (size_t)(slash + 1 - inputs->lock_file)) : "";
	int fd = open(*folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *found = NULL;

	if (fd >= 0 && directory_list(fd, LIMIT_RECIPE_ENTRIES, &inputs->pool, &names) == 0)
		for (; *names && !found; names++) {
			const char *file = pool_format(&inputs->pool, "%s%s", folder, *names);
			const size_t length = strlen(file);
			struct error ignored;
			struct lock lock;

			if (length <= strlen(".lock.json")
			    || strcmp(file + length - strlen(".lock.json"), ".lock.json") != 0
			    || strncmp(file, inputs->lock_file, stem) != 0)
				continue;
			if (lock_open(&lock, file, &ignored) == 0
			    && strcmp(lock.release, release) == 0
			    && lock_check(&lock, &inputs->recipe, &ignored) == 0)
				found = file;
			lock_close(&lock);
		}
	if (fd >= 0)
		close(fd);
	return found;
}

/*
 * The label of an image says which release it was made of. It may lie, so it only keeps a user from
 * the wrong lock.
 */
static int check_release(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const struct observe_images *images = &run->observed.images;

	for (size_t i = 0; run->observed.has_images && i < images->count; i++) {
		const json_t *config = json_object_get(images->items[i].config.json.root, "config");
		const char *release = json_string_value(json_object_get(
			json_object_get(config, "Labels"), "bundler.release"));
		const char *other;

		if (!release || strcmp(release, inputs->lock.release) == 0)
			continue;
		other = find_lock(inputs, release);
		if (!other)
			continue;
		error_set(err, STATUS_USAGE, "cannot audit '%s': its label says that it is of "
			  "release '%s', and lock '%s' is of '%s'", run->text, release,
			  inputs->lock_file, inputs->lock.release);
		return error_hint(err, "--lock %s is of that release; --lock %s compares all the "
				  "same", other, inputs->lock_file);
	}
	return 0;
}

/*
 * Confines the process, which is that of one place. A place in a registry may need credential
 * helpers.
 */
static int begin(struct run *run, struct confine *confine, struct error *err)
{
	return strncmp(run->text, "docker://", strlen("docker://")) == 0 && broker_start(err) < 0
	       ? -1 : confinement_begin(confine, &command_audit, true, err);
}

/* The first operand is the place, the second the recipe. */
static int audit_place(struct run *run, struct option_parser *parser, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const bool lock_given = inputs->lock_file;
	int result = -1;

	run->text = option_operand(parser);
	if (!run->text)
		return error_set(err, STATUS_USAGE, "cannot audit: no place is given");
	if (begin(run, parser->confine, err) < 0
	    || location_parse(&run->place, &inputs->pool, run->text, err) < 0
	    || command_verification_open(&run->verification, &run->place, err) < 0
	    || command_summary_check(&run->summary, &run->differences, run->pinned, &run->place,
				     err) < 0
	    || command_inputs_open(inputs, parser, err) < 0)
		return -1;
	run->style.name = recipe_image_name(&inputs->recipe, &inputs->pool);
	run->style.tag = run->place.tag ? run->place.tag
			 : run->place.reference.tag ? run->place.reference.tag
			 : recipe_tag(&inputs->recipe, &inputs->pool);
	command_place_list(parser->confine, &run->place);
	if (command_summary_list(&run->summary, parser->confine, err) == 0
	    && command_inputs_part(inputs, err) == 0
	    && command_registry_start(&run->registry, inputs, &run->place, 1, err) == 0
	    && confine_reading(parser->confine, err) == 0
	    && command_summary_open(&run->summary, err) == 0
	    && command_verification_check(&run->verification, &run->registry, &run->place,
					  err) == 0
	    && command_place_open(&run->registry, &run->place,
				  run->referrers ? PULL_ATTACHED : PULL_IMAGES, err) == 0
	    && observe_place_open(&run->observed, &run->place, err) == 0
	    && command_inputs_flavour(inputs, run->flavour_name, &run->flavour, err) == 0
	    && choose_platforms(run, err) == 0 && command_inputs_lock(inputs, err) == 0
	    && (lock_given || check_release(run, err) == 0)
	    && (run->pinned || command_inputs_connect(inputs, err) == 0))
		result = audit(run, err);
	observe_place_close(&run->observed);
	command_place_close(&run->place);
	return result;
}

static void close_run(struct run *run)
{
	command_differences_free(&run->differences);
	command_summary_free(&run->summary);
	command_signer_close(&run->signer);
	command_registry_close(&run->registry);
	command_inputs_close(&run->inputs);
}

/* What the process of a row needs. */
struct row {
	struct run *run;
	struct option_parser *parser;
};

/* For command_list_run. */
static int audit_row(void *context, char **words, struct error *err)
{
	struct row *row = context;
	int result;

	row->parser->argv = words;
	row->parser->argc = COMMAND_LIST_WORDS;
	result = audit_place(row->run, row->parser, err);
	close_run(row->run);
	broker_stop();
	confine_free(row->parser->confine);
	return result;
}

static int audit_list(struct run *run, struct option_parser *parser, struct error *err)
{
	struct row row = { run, parser };

	if (parser->argc > 0)
		return error_set(err, STATUS_USAGE, "cannot use operand '%s': --list has the "
				 "places and their recipes", parser->argv[0]);
	if (command_summary_check(&run->summary, &run->differences, run->pinned, NULL, err) < 0)
		return -1;
	run->differences.json = true;
	run->summary.many = true;
	return command_list_run(&run->list, audit_row, &row, err);
}

static int run_audit(struct option_parser *parser, struct error *err)
{
	struct run run = {
		.inputs = COMMAND_INPUTS_INIT, .registry = COMMAND_REGISTRY_READ,
		.differences = COMMAND_DIFFERENCES_INIT("expected", "found"),
	};
	int result = -1;

	if (option_parse(parser, &run, err) < 0
	    || command_differences_check(&run.differences, err) < 0
	    || command_signer_open(&run.signer, err) < 0)
		goto out;
	run.summary.key = command_signer_key(&run.signer);
	result = run.list.file ? audit_list(&run, parser, err)
			       : audit_place(&run, parser, err);
out:
	close_run(&run);
	return result;
}

const struct command command_audit = {
	.name = "audit",
	.summary = "compare an image or a tree with what recipe, lock and release make",
	.synopsis = "[-p PLATFORM]... [--flavour NAME] [--style NAME] [--ignore FIELDS] "
		    "[--require VERDICT] [--strict] [--force] [--pinned] [--referrers] "
		    "[--list FILE] [-j N] [--attest FILE] [--proved FILE] [--key FILE] "
		    "[--verify-key FILE] "
		    "[--json] [-q] "
		    "[--lock FILE] [--cache DIR] [--mirror URL]... [--netrc FILE] "
		    "[--header-file FILE] [--ca-file FILE] [--stall-timeout SECONDS] "
		    "[--timeout SECONDS] [--offline] [--authfile FILE] "
		    "[--plain-http HOST]... [PLACE [RECIPE]]",
	.examples = "  bundler audit docker://registry.example/nats:1.0 nats.yaml\n"
		    "  bundler audit --json dir:rootfs/linux-amd64 nats.yaml\n"
		    "  bundler audit --list images.txt -j 4 >report.jsonl\n",
	.options = options,
	.network = true,
	.registry = true,
	.writes = true,
	.begins = true,
	.run = run_audit,
};
