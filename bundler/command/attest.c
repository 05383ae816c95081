/* SPDX-License-Identifier: Apache-2.0 */
/* bundler attest: statements about images that were published already. */
#include "command/command.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/observe_images.h"
#include "build/build.h"
#include "build/image_output.h"
#include "build/replica.h"
#include "command/attestation.h"
#include "command/inputs.h"
#include "command/place.h"
#include "command/report.h"
#include "command/signer.h"
#include "image/closure.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct command_registry registry;
	struct command_attestation attestation;
	struct command_signer signer;
	const char *text;		/* of the place, as the user named it */
	struct location place;
	struct observe_images found;
	struct closure closure;		/* the same, with what refers to it */
	const char *flavour_name;
	const struct recipe_flavour *flavour;
	struct command_attested *images;	/* one for each that was found */
	struct image_output target;
	struct push_result pushed;	/* to a registry */
	bool json;
	int scratch;
};

static const struct option_spec options[] = {
	COMMAND_ATTESTATION_LIST("what is stated, of provenance (default), sbom and summary"),
	COMMAND_ATTESTATION_BUILDER,
	COMMAND_SIGNER_OPTIONS,
	COMMAND_ATTESTATION_SIGNATURE_TAG,
	COMMAND_SIGNER_ELSEWHERE,
	{ "flavour", "NAME", "expect this flavour, not the recipe's own image",
	  OPTION(flavour_name) },
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	COMMAND_REGISTRY_OPTIONS,
	{ "json", NULL, "print the results as JSON", OPTION(json) },
	{ 0 },
};

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	if (option_parse(parser, run, err) < 0)
		return -1;
	run->text = option_operand(parser);
	if (!run->text)
		return error_set(err, STATUS_USAGE, "cannot attest: no place is given");
	if (location_parse(&run->place, &run->inputs.pool, run->text, err) < 0
	    || command_registry_check(&run->place, &run->inputs, err) < 0
	    || command_signer_open(&run->signer, err) < 0)
		return -1;
	run->attestation.signer = command_signer_key(&run->signer) ? &run->signer : NULL;
	if (run->attestation.simple && !run->attestation.signer)
		return error_set(err, STATUS_USAGE, "cannot use --signature-tag without a key");
	if (!command_attestation_wanted(&run->attestation))
		run->attestation.provenance = true;
	if (run->place.kind != LOCATION_OCI && run->place.kind != LOCATION_REGISTRY) {
		error_set(err, STATUS_USAGE, "cannot attest '%s': it is no layout, and in no "
			  "registry", run->text);
		return error_hint(err, "'bundler copy' makes a layout of an archive");
	}
	if (run->place.kind == LOCATION_OCI && !run->place.tag) {
		error_set(err, STATUS_USAGE, "cannot attest '%s': no image is named", run->text);
		return error_hint(err, "name one, as in oci:DIR:TAG");
	}
	return 0;
}

/* ---- what is there, and what it ought to be ---- */

/* All images are rebuilt, for the platforms that they have. */
static int choose_platforms(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const size_t count = run->found.count;
	const struct platform **chosen = pool_new(&inputs->pool, count, sizeof *chosen);

	for (size_t i = 0; i < count; i++) {
		struct error unused;

		chosen[i] = platform_find(run->found.items[i].platform, &unused);
		if (!chosen[i] || !recipe_has(&inputs->recipe, chosen[i]))
			return error_set(err, STATUS_USAGE, "cannot attest '%s': it has an image "
					 "for '%s', which recipe '%s' does not list", run->text,
					 run->found.items[i].platform, inputs->recipe.file);
	}
	inputs->platforms = chosen;
	inputs->platform_count = count;
	inputs->all = false;
	return 0;
}

/* The compression of its only layer, as its media type says. */
static enum compression layer_compression(const struct image *image)
{
	return image->layer_count == 1 && image->layers[0].file.descriptor
	       ? image->layers[0].file.descriptor->media->compression : COMPRESSION_NONE;
}

/* Builds an image again, which must be the one that is there; a job. */
static int rebuild(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	struct command_inputs *inputs = &run->inputs;
	const struct image *image = &run->found.items[number];
	const struct platform *platform = inputs->platforms[number];
	static const struct oci_style style;
	struct digest_sha512 archives[LIMIT_RECIPE_RELEASES];
	const struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &inputs->client,
		.epoch = inputs->epoch, .compression = layer_compression(image),
		.flavour = run->flavour, .style = &style,
		.archives = run->attestation.sbom ? archives : NULL,
	};
	struct tree tree = { .nodes = NULL };
	struct oci_image made;
	int result;

	oci_image_init(&made);
	result = build_image(&build, platform, run->scratch, &tree, &made, err);
	if (result == 0 && (!image->has_manifest
			    || !digest_equal(&made.manifest.digest, &image->manifest.digest))) {
		result = error_set(err, STATUS_DIGEST, "cannot attest '%s': its image for '%s' is "
				   "not the one that recipe and lock make", run->text,
				   platform->name);
		error_hint(err, "'bundler audit' says what differs");
	}
	if (result == 0)
		run->images[number] = (struct command_attested){
			.platform = platform,
			.subject = {
				.media_type = ARTIFACT_MANIFEST_TYPE,
				.digest = made.manifest.digest, .size = made.manifest.size,
			},
		};
	if (result == 0 && run->attestation.sbom) {
		json_t *sbom = command_attestation_sbom(&build, platform, &tree,
							&made.manifest.digest, err);

		run->images[number].sbom = sbom;
		result = sbom ? 0 : -1;
	}
	tree_free(&tree);
	oci_image_free(&made);
	return result;
}

/* States about all of them and, if the name leads to one, their index. */
static int attest(struct run *run, struct error *err)
{
	const struct closure_item *top = &run->closure.items[run->closure.top];
	const struct command_attestation_source source = {
		.inputs = &run->inputs, .flavour = run->flavour_name,
		.name = recipe_image_name(&run->inputs.recipe, &run->inputs.pool),
		.compression = layer_compression(&run->found.items[0]), .place = &run->place,
	};
	const struct command_attested index = {
		.subject = {
			.media_type = top->descriptor.media_type,
			.digest = top->descriptor.digest, .size = top->descriptor.size,
		},
	};

	return command_attestation_make(&run->attestation, &source, run->images, run->found.count,
					top->descriptor.media->kind == MEDIA_INDEX ? &index : NULL,
					err);
}

/* ---- the place again, with the statements ---- */

/* For image_output_write. */
static int fill(void *context, struct tree *layout, const struct kept *kept, struct error *err)
{
	struct run *run = context;
	struct oci_style style = {
		.tag = run->place.kind == LOCATION_REGISTRY ? run->place.reference.tag
							    : run->place.tag,
		.beside = &run->attestation.beside,
	};

	if (kept) {
		style.index = kept->index.json.root;
		style.lists = kept->lists;
	}
	return replica_fill(layout, &run->closure, &style, run->scratch, err);
}

static int push(struct run *run, struct error *err)
{
	const struct location archive = {
		.kind = LOCATION_OCI_ARCHIVE, .path = run->place.path, .open = true,
		.fd = run->target.stream, .tag = run->place.reference.tag,
	};
	struct closure closure;
	int result = closure_open(&closure, &archive, NULL, true, err);

	if (result == 0)
		result = command_registry_push(&run->registry, &closure, &run->place, &run->pushed,
					       err);
	closure_close(&closure);
	return result;
}

static void print_lines(const struct run *run, FILE *stream)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(run->attestation.made, i, entry) {
		const char *platform = json_string_value(json_object_get(entry, "platform"));

		fprintf(stream, "%s  %s  %s\n",
			json_string_value(json_object_get(entry, "manifest")),
			json_string_value(json_object_get(entry, "predicateType")),
			platform ? platform : "index");
	}
}

static int report(void *context, struct error *err)
{
	struct run *run = context;
	FILE *stream = report_stream();
	json_t *document;

	if (run->place.kind == LOCATION_REGISTRY && push(run, err) < 0)
		return -1;
	if (!run->json) {
		print_lines(run, stream);
		return report_flush(err);
	}
	document = command_inputs_describe(&run->inputs);
	json_object_set_new(document, "place", report_json(run->text));
	json_object_set(document, "attestations", run->attestation.made);
	report_document(stream, document);
	return report_flush(err);
}

/* ---- the run ---- */

static int make(struct run *run, struct error *err)
{
	const struct image_output_source source = { fill, report, run, 0 };
	int result;

	run->images = pool_new(&run->inputs.pool, run->found.count, sizeof *run->images);
	result = command_inputs_ahead(&run->inputs, err);
	if (result == 0)
		result = command_inputs_run(&run->inputs, rebuild, run, run->found.count, err);
	if (result == 0)
		result = closure_open(&run->closure, &run->place, NULL, true, err);
	if (result == 0)
		result = attest(run, err);
	if (result == 0)
		result = run->signer.payloads ? command_signer_publish(&run->signer, err)
		       : image_output_write(&run->target, &source, err);
	closure_close(&run->closure);
	for (size_t i = 0; i < run->found.count; i++)
		json_decref(run->images[i].sbom);
	return result;
}

/* Reads the place in this process, without the network. */
static int run_place(struct run *run, struct confine *confine, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	int result = -1;

	command_place_list(confine, &run->place);
	if (command_signer_list(&run->signer, confine, err) < 0)
		return -1;
	if (run->place.kind == LOCATION_OCI)
		confine_write_beside(confine, run->place.path);
	run->scratch = command_inputs_scratch(err);
	/* The other processes begin before there is a private directory: its lock is not theirs. */
	if (run->scratch < 0 || command_inputs_part(inputs, err) < 0
	    || command_registry_start(&run->registry, inputs, &run->place, 1, err) < 0
	    || image_output_open(&run->target, &run->place, false, false, run->scratch, err) < 0)
		return -1;
	if (confine_reading(confine, err) == 0
	    && command_place_open(&run->registry, &run->place, PULL_ATTACHED, err) == 0
	    && observe_images_open(&run->found, &run->place, err) == 0
	    && command_inputs_flavour(inputs, run->flavour_name, &run->flavour, err) == 0
	    && choose_platforms(run, err) == 0 && command_inputs_lock(inputs, err) == 0
	    && command_inputs_connect(inputs, err) == 0)
		result = make(run, err);
	observe_images_close(&run->found);
	command_place_close(&run->place);
	return image_output_close(&run->target, result, err);
}

static int run_attest(struct option_parser *parser, struct error *err)
{
	struct run run = {
		.inputs = COMMAND_INPUTS_INIT, .registry = COMMAND_REGISTRY_READ, .scratch = -1,
	};
	int result = -1;

	if (parse(&run, parser, err) == 0 && command_inputs_open(&run.inputs, parser, err) == 0)
		result = run_place(&run, parser->confine, err);
	command_registry_close(&run.registry);
	command_attestation_free(&run.attestation);
	command_signer_close(&run.signer);
	command_inputs_close(&run.inputs);
	if (run.scratch >= 0)
		close(run.scratch);
	return result;
}

const struct command command_attest = {
	.name = "attest",
	.summary = "state what a published image was built from, after building it again",
	.synopsis = "[--attest LIST] [--builder-id URI] [--key FILE] [--signature-tag] "
		    "[--payload DIR] [--signature DIR] [--verify-key FILE] [--flavour NAME] "
		    "[--lock FILE] "
		    "[--cache DIR] [--mirror URL]... [--netrc FILE] [--header-file FILE] "
		    "[--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] "
		    "[--offline] [--authfile FILE] [--plain-http HOST]... [--json] "
		    "PLACE [RECIPE]",
	.examples = "  bundler attest docker://registry.example/nats:1.0 nats.yaml\n"
		    "  bundler attest oci:layout:1.0 nats.yaml\n",
	.options = options,
	.network = true,
	.registry = true,
	.writes = true,
	.outputs = true,
	.run = run_attest,
};
