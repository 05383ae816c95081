/* SPDX-License-Identifier: Apache-2.0 */
/* bundler image: images of the chosen platforms, in a layout or an archive. */
#include "command/command.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "build/build.h"
#include "build/compress.h"
#include "build/image_output.h"
#include "build/oci.h"
#include "command/attestation.h"
#include "command/inputs.h"
#include "command/registry.h"
#include "command/report.h"
#include "command/signer.h"
#include "image/closure.h"
#include "image/location.h"
#include "image/reference.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct location output;
	const char *from;		/* directory of archives to pack, or NULL */
	struct oci_style style;
	enum compression compression;
	const char *flavour_name;
	const struct recipe_flavour *flavour;
	struct image_output target;
	struct command_registry registry;
	struct push_result pushed;	/* to a registry */
	struct oci_image *images;	/* one for each platform */
	struct digest *manifests;	/* theirs, likewise */
	json_t **sboms;			/* likewise */
	struct command_attestation attestation;
	struct command_signer signer;
	bool force, json;
	int scratch;			/* for standard output or a registry, else -1 */
};

static int set_compression(void *compression, const struct option_spec *spec, const char *value,
			   struct error *err)
{
	(void)spec;
	for (enum compression i = COMPRESSION_NONE; i < COMPRESSIONS_OF_LAYERS; i++)
		if (strcmp(value, compress_name(i)) == 0) {
			*(enum compression *)compression = i;
			return 0;
		}
	return error_set(err, STATUS_USAGE, "cannot compress with '%s': it is not 'gzip', 'zstd' "
			 "or 'none'", value);
}

static int set_output(void *context, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	struct run *run = context;

	(void)spec;
	return location_parse(&run->output, &run->inputs.pool, value, err);
}

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("only this platform of the recipe; repeatable"),
	{ "output", "PLACE",
	  "oci:DIR[:TAG], oci-archive: or docker-archive:FILE[:TAG], docker://IMAGE",
	  OPTION_RUN(set_output), .letter = 'o' },
	{ "from", "DIR",
	  "pack the archives of bundler rootfs in DIR, not the release",
	  OPTION(from) },
	{ "flavour", "NAME", "use this flavour of the recipe",
	  OPTION(flavour_name) },
	{ "compress", "HOW", "compress the layer: gzip (default), zstd or none",
	  OPTION_CALL(compression, set_compression) },
	{ "style", "NAME", "doi: the layout that Docker Official Images review",
	  OPTION_CALL(style.doi, command_inputs_style) },
	COMMAND_ATTESTATION_LIST("state beside the image: sbom, provenance, or both"),
	COMMAND_ATTESTATION_STYLE,
	COMMAND_ATTESTATION_BUILDER,
	COMMAND_SIGNER_OPTIONS,
	COMMAND_ATTESTATION_SIGNATURE_TAG,
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	COMMAND_REGISTRY_OPTIONS,
	{ "force", NULL, "replace a file that bundler did not make", OPTION(force) },
	{ "json", NULL, "print the results as JSON", OPTION(json) },
	{ 0 },
};

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	if (option_parse(parser, run, err) < 0)
		return -1;
	if (!run->output.path)
		return error_set(err, STATUS_USAGE, "cannot write an image: no place is given "
				 "(--output)");
	if (command_registry_check(&run->output, &run->inputs, err) < 0)
		return -1;
	if (command_signer_open(&run->signer, err) < 0)
		return -1;
	run->attestation.signer = run->signer.file ? &run->signer : NULL;
	if (command_attestation_check(&run->attestation, &run->output, err) < 0)
		return -1;
	if (run->style.doi && command_attestation_wanted(&run->attestation))
		return error_set(err, STATUS_USAGE, "cannot use style 'doi' with %s: Docker "
				 "Official Images are attested where they are built",
				 run->signer.file ? "--key" : "--attest");
	if (run->from && run->attestation.sbom)
		return error_set(err, STATUS_USAGE, "cannot attest 'sbom' with --from: archives of "
				 "root file systems do not say what is in the release");
	if (run->style.doi && run->compression == COMPRESSION_ZSTD)
		return error_set(err, STATUS_USAGE, "cannot use style 'doi' with zstd: the "
				 "importers of Docker Official Images do not accept it");
	report_yield_output(run->output.standard);
	if (run->output.standard && isatty(STDOUT_FILENO)) {
		error_set(err, STATUS_USAGE, "cannot write an image to '-': standard output is a "
			  "terminal");
		return error_hint(err, "redirect it, or name a file");
	}
	return 0;
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
					 "Linux images need no base image",
					 inputs->platforms[i]->name);
	}
	if (count == 0)
		return error_set(err, STATUS_USAGE, "cannot write an image: recipe '%s' has no "
				 "Linux platform", inputs->recipe.file);
	if (run->style.doi && count > 1)
		return error_set(err, STATUS_USAGE, "cannot use style 'doi' for several platforms: "
				 "choose one (--platform)");
	inputs->platforms = chosen;
	inputs->platform_count = count;
	return 0;
}

/* From the lock, or the archive of bundler rootfs, to the blobs of one platform's image; a job. */
static int make_image(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	struct command_inputs *inputs = &run->inputs;
	const struct platform *platform = inputs->platforms[number];
	struct digest_sha512 archives[LIMIT_RECIPE_RELEASES];
	const struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &inputs->client,
		.epoch = inputs->epoch, .compression = run->compression, .flavour = run->flavour,
		.style = &run->style, .archives = run->attestation.sbom ? archives : NULL,
	};
	struct oci_image *image = &run->images[number];
	struct tree tree;
	const int scratch = run->target.staging.fd;
	char *path;
	int archive, result = -1;

	if (!run->from && !run->attestation.sbom)
		return build_image(&build, platform, scratch, NULL, image, err);
	if (!run->from) {
		if (build_image(&build, platform, scratch, &tree, image, err) < 0)
			return -1;
		run->sboms[number] = command_attestation_sbom(&build, platform, &tree,
							      &image->manifest.digest, err);
		tree_free(&tree);
		return run->sboms[number] ? 0 : -1;
	}
	path = memory_format("%s/%s.tar", run->from, platform->directory);
	archive = file_open(AT_FDCWD, path, err);
	if (archive >= 0) {
		result = build_image_from(&build, platform, archive, path, scratch, image, err);
		close(archive);
	} else {
		error_hint(err, "'bundler rootfs' makes it; to pack only some platforms, use "
			   "--platform");
	}
	free(path);
	return result;
}

static void print_lines(const struct run *run, FILE *stream)
{
	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		fprintf(stream, "sha256:%s  %s\n", digest_write_hex(&run->manifests[i], hex),
			run->inputs.platforms[i]->name);
	}
	if (run->output.kind == LOCATION_REGISTRY)
		command_registry_print(stream, run->output.path, &run->pushed);
}

static void print_json(const struct run *run, FILE *stream)
{
	json_t *report = command_inputs_describe(&run->inputs), *images = json_array();

	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		json_array_append_new(images, json_pack("{s:s, s:o}",
			"platform", run->inputs.platforms[i]->name,
			"manifest", report_json_digest(&run->manifests[i])));
	}
	json_object_set_new(report, "tag", json_string(run->style.tag));
	json_object_set_new(report, "compressor",
			    json_string(run->compression == COMPRESSION_NONE
					? "none" : compress_version(run->compression)));
	json_object_set_new(report, "images", images);
	if (run->attestation.made)
		json_object_set(report, "attestations", run->attestation.made);
	if (run->output.kind == LOCATION_REGISTRY)
		command_registry_describe(report, run->output.path, &run->pushed);
	report_document(stream, report);
}

/* Reads the archive that was made as that of others, and sends what is in it. */
static int push(struct run *run, struct error *err)
{
	const struct location archive = {
		.kind = LOCATION_OCI_ARCHIVE, .path = run->output.path, .open = true,
		.fd = run->target.stream,
	};
	struct closure closure;
	int result = closure_open(&closure, &archive, NULL,
				  command_attestation_wanted(&run->attestation), err);

	if (result == 0)
		result = command_registry_push(&run->registry, &closure, &run->output,
					       &run->pushed, err);
	closure_close(&closure);
	return result;
}

static int report(void *context, struct error *err)
{
	struct run *run = context;

	if (run->output.kind == LOCATION_REGISTRY && push(run, err) < 0)
		return -1;
	(run->json ? print_json : print_lines)(run, report_stream());
	return report_flush(err);
}

/* For image_output_write. */
static int fill(void *context, struct tree *layout, const struct kept *kept, struct error *err)
{
	struct run *run = context;
	struct oci_style style = run->style;

	if (kept) {
		style.index = kept->index.json.root;
		style.lists = kept->lists;
	}
	return oci_layout_fill(layout, run->images, run->inputs.platform_count, &style, err);
}

/* States about the images that were made, before the layout takes over their contents. */
static int attest(struct run *run, struct error *err)
{
	const struct command_attestation_source source = {
		.inputs = &run->inputs, .name = run->style.name, .flavour = run->flavour_name,
		.compression = run->compression, .place = &run->output,
	};
	const size_t count = run->inputs.platform_count;
	struct command_attested *images = pool_new(&run->inputs.pool, count, sizeof *images);
	struct command_attested index = { .subject.media_type = ARTIFACT_INDEX_TYPE };
	const bool has_index = oci_has_index(count, &run->style);
	struct content bytes;
	int result;

	for (size_t i = 0; i < count; i++)
		images[i] = (struct command_attested){
			.platform = run->images[i].platform, .sbom = run->sboms[i],
			.subject = {
				.media_type = ARTIFACT_MANIFEST_TYPE,
				.digest = run->images[i].manifest.digest,
				.size = run->images[i].manifest.size,
			},
		};
	if (has_index) {
		bytes = oci_index(run->images, count, &run->style);
		index.subject.digest = bytes.digest;
		index.subject.size = bytes.size;
		content_free(&bytes);
	}
	result = command_attestation_make(&run->attestation, &source, images, count,
					  has_index ? &index : NULL, err);
	run->style.beside = &run->attestation.beside;
	return result;
}

static int make(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const size_t count = inputs->platform_count;
	const struct image_output_source source = { fill, report, run, inputs->epoch };
	int result = -1;

	if (run->output.standard || run->output.kind == LOCATION_REGISTRY) {
		command_inputs_list_scratch(inputs->fetch.confine);
		run->scratch = command_inputs_scratch(err);
		if (run->scratch < 0)
			return -1;
	} else {
		confine_write_beside(inputs->fetch.confine, run->output.path);
	}
	if (image_output_open(&run->target, &run->output, run->style.doi, run->force,
			      run->scratch, err) < 0)
		goto out;
	if (command_registry_start(&run->registry, inputs, &run->output, 1, err) < 0)
		goto close;
	run->images = pool_new(&inputs->pool, count, sizeof *run->images);
	run->manifests = pool_new(&inputs->pool, count, sizeof *run->manifests);
	run->sboms = pool_new(&inputs->pool, count, sizeof *run->sboms);
	for (size_t i = 0; i < count; i++)
		oci_image_init(&run->images[i]);
	if (run->from) {
		confine_read(inputs->fetch.confine, run->from);
		result = confine_reading(inputs->fetch.confine, err);
	} else {
		result = command_inputs_ahead(inputs, err);
	}
	if (result == 0)
		result = command_inputs_run(inputs, make_image, run, count, err);
	if (result == 0) {
		/* For the report, when the layout has taken over the contents of the images. */
		for (size_t i = 0; i < count; i++)
			run->manifests[i] = run->images[i].manifest.digest;
		if (command_attestation_wanted(&run->attestation))
			result = attest(run, err);
	}
	if (result == 0)
		result = image_output_write(&run->target, &source, err);
	for (size_t i = 0; i < count; i++) {
		oci_image_free(&run->images[i]);
		json_decref(run->sboms[i]);
	}
close:
	result = image_output_close(&run->target, result, err);
out:
	if (run->scratch >= 0)
		close(run->scratch);
	return result;
}

/* Tools that load archives refuse others. A layout has only the tag. */
static int check_name(struct run *run, struct error *err)
{
	const struct command_inputs *inputs = &run->inputs;

	if (strchr(run->style.tag, ':')) {
		error_set(err, STATUS_USAGE, "cannot write an image to '%s': '%s' is not a tag",
			  run->output.path, run->output.tag);
		return error_hint(err, "give only a tag: the recipe names the image");
	}
	for (size_t i = 0; i < inputs->platform_count; i++) {
		const char *suffix = run->style.docker && inputs->platform_count > 1
				     ? strchr(inputs->platforms[i]->directory, '-') : "";
		const char *name = pool_format(&run->inputs.pool, "%s:%s%s",
					       run->style.docker ? run->style.name : "x",
					       run->style.tag, suffix);
		const char *fault = reference_fault(name);

		if (!fault)
			continue;
		error_set(err, STATUS_CONFIG, "cannot name the image '%s': %s", name, fault);
		return error_hint(err, "a name is lower-case words; 'image.name' of the recipe "
				  "sets it, and a tag behind the output sets the tag");
	}
	return 0;
}

static int run_image(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .registry = COMMAND_REGISTRY_INIT,
			   .compression = COMPRESSION_GZIP, .scratch = -1 };
	const struct recipe *recipe = &run.inputs.recipe;
	int result = -1;

	if (parse(&run, parser, err) < 0 || command_inputs_open(&run.inputs, parser, err) < 0)
		goto out;
	run.style.name = recipe_image_name(recipe, &run.inputs.pool);
	run.style.tag = run.output.kind == LOCATION_REGISTRY ? run.output.reference.tag
							     : run.output.tag;
	if (!run.style.tag)
		run.style.tag = recipe_tag(recipe, &run.inputs.pool);
	run.style.docker = run.output.kind == LOCATION_OCI_ARCHIVE
			   || run.output.kind == LOCATION_DOCKER_ARCHIVE;
	if (command_inputs_flavour(&run.inputs, run.flavour_name, &run.flavour, err) == 0
	    && choose_platforms(&run, err) == 0 && check_name(&run, err) == 0
	    && command_inputs_fetch(&run.inputs, err) == 0)
		result = make(&run, err);
out:
	command_registry_close(&run.registry);
	command_attestation_free(&run.attestation);
	command_signer_close(&run.signer);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_image = {
	.name = "image",
	.summary = "build an OCI image from a recipe, its lock and the release",
	.synopsis = "-o PLACE [-p PLATFORM]... [--from DIR] [--flavour NAME] "
		    "[--compress HOW] [--style NAME] [--attest LIST] [--attest-style NAME] "
		    "[--builder-id URI] [--key FILE] [--signature-tag] [--force] [--lock FILE] "
		    "[--cache DIR] [--mirror URL]... [--netrc FILE] [--header-file FILE] "
		    "[--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] "
		    "[--offline] [--authfile FILE] [--plain-http HOST]... [--json] "
		    "[RECIPE]",
	.examples = "  bundler image -o oci:layout:1.0 nats.yaml\n"
		    "  bundler image -o docker://registry.example/nats:1.0 nats.yaml\n"
		    "  bundler image -p amd64 -o docker-archive:- nats.yaml | docker load\n",
	.options = options,
	.network = true,
	.registry = true,
	.writes = true,
	.outputs = true,
	.streams = true,
	.run = run_image,
};
