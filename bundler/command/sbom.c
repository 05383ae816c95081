/* SPDX-License-Identifier: Apache-2.0 */
/* bundler sbom: what is in the images of the chosen platforms, as SPDX or CycloneDX. */
#include "command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/replace.h"
#include "build/build.h"
#include "command/inputs.h"
#include "command/report.h"
#include "sbom/sbom.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	const char *output;		/* a file, or a directory; NULL: standard output */
	bool directory;
	enum sbom_format format;
	int scratch;			/* for large contents, or -1 */
	struct buffer *texts;		/* one for each platform */
	char **paths;			/* of the files, likewise; NULL: standard output */
};

static int set_format(void *format, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	(void)spec;
	for (size_t i = 0; i < SBOM_FORMATS; i++)
		if (strcmp(value, sbom_kinds[i].name) == 0) {
			*(enum sbom_format *)format = (enum sbom_format)i;
			return 0;
		}
	return error_set(err, STATUS_USAGE, "cannot write format '%s': it is not 'spdx' or "
			 "'cyclonedx'", value);
}

static const struct option_spec options[] = {
	COMMAND_INPUTS_PLATFORM("only this platform of the recipe; repeatable"),
	{ "format", "NAME", "spdx (default) or cyclonedx", OPTION_CALL(format, set_format) },
	{ "output", "PLACE", "a file, or a directory for several; '-' is standard output",
	  OPTION(output), .letter = 'o' },
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	{ 0 },
};

/* Chooses between standard output, a file, and a directory with a file for each platform. */
static int choose_output(struct run *run, struct error *err)
{
	const size_t count = run->inputs.platform_count;
	struct stat st;

	if (run->output && strcmp(run->output, "-") == 0)
		run->output = NULL;
	if (run->output && *run->output == '\0')
		return error_set(err, STATUS_USAGE, "cannot write to '': it is no place");
	if (!run->output && count > 1) {
		error_set(err, STATUS_USAGE, "cannot write the SBOMs of %zu platforms to standard "
			  "output: each is a document", count);
		return error_hint(err, "choose one with --platform, or name a directory with "
				  "--output");
	}
	if (run->output)
		run->directory = count > 1 || run->output[strlen(run->output) - 1] == '/'
				 || (stat(run->output, &st) == 0 && S_ISDIR(st.st_mode));
	return 0;
}

/* Of the image, or where none is made, of the tree. */
static int make_source(struct run *run, const struct platform *platform,
		       struct build *build, struct tree *tree, struct sbom_source *source,
		       struct error *err)
{
	const bool image = strcmp(platform->os, "linux") == 0;
	struct buffer manifest;
	struct oci_image made;

	*source = (struct sbom_source){
		.recipe = build->recipe, .lock = build->lock, .platform = platform, .tree = tree,
		.image = image, .epoch = build->epoch, .archives = build->archives,
	};
	if (!image) {
		if (build_tree(build, platform, run->scratch, tree, &manifest, err) < 0)
			return -1;
		source->manifest = digest_of_output(manifest.bytes, manifest.length);
		buffer_free(&manifest);
		return 0;
	}
	oci_image_init(&made);
	if (build_image(build, platform, run->scratch, tree, &made, err) < 0)
		return -1;
	source->manifest = made.manifest.digest;
	oci_image_free(&made);
	return 0;
}

/* From the lock to the document of one platform; a job. */
static int make_one(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	struct command_inputs *inputs = &run->inputs;
	static const struct oci_style style;
	struct digest_sha512 archives[LIMIT_RECIPE_RELEASES];
	struct build build = {
		.recipe = &inputs->recipe, .lock = &inputs->lock, .fetch = &inputs->client,
		.epoch = inputs->epoch, .compression = COMPRESSION_GZIP, .style = &style,
		.archives = archives,
	};
	struct sbom_source source;
	struct tree tree;
	struct sbom *sbom;
	int result = -1;

	if (make_source(run, inputs->platforms[number], &build, &tree, &source, err) < 0)
		return -1;
	sbom = sbom_make(&source, err);
	if (sbom)
		result = sbom_write(sbom, run->format, &run->texts[number], err);
	sbom_free(sbom);
	tree_free(&tree);
	return result;
}

/* ---- outputs ---- */

static void name_files(struct run *run)
{
	struct command_inputs *inputs = &run->inputs;
	const struct recipe *recipe = &inputs->recipe;

	run->paths = pool_new(&inputs->pool, inputs->platform_count, sizeof *run->paths);
	for (size_t i = 0; i < inputs->platform_count && run->output; i++) {
		const size_t length = strlen(run->output);

		run->paths[i] = !run->directory ? pool_string(&inputs->pool, run->output)
				: pool_format(&inputs->pool, "%s%s%s-%s-%s.%s", run->output,
					      run->output[length - 1] == '/' ? "" : "/",
					      recipe->name, recipe->version,
					      inputs->platforms[i]->directory,
					      sbom_kinds[run->format].suffix);
	}
}

/* A line for each file, for sha256sum --check. */
static int report(void *context, struct error *err)
{
	struct run *run = context;

	for (size_t i = 0; i < run->inputs.platform_count; i++) {
		const struct digest digest = digest_of_output(run->texts[i].bytes,
							      run->texts[i].length);
		char hex[DIGEST_HEX_BYTES];

		printf("%s  ", digest_write_hex(&digest, hex));
		report_text(stdout, run->paths[i]);
		putchar('\n');
	}
	return report_flush(err);
}

/* A slip does not replace a file of another kind: it must begin as an SBOM of bundler does. */
static int check_file(const char *path, struct error *err)
{
	static const char *const beginnings[] = {
		"{\n  \"spdxVersion\": ", "{\n  \"$schema\": \"http://cyclonedx.org/",
	};
	char head[64] = "";
	ssize_t got;
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_errno(err, STATUS_FILE, "cannot write '%s'",
							 path);
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return 0;
	fd = file_open(AT_FDCWD, path, err);
	if (fd < 0)
		return -1;
	got = pread(fd, head, sizeof head - 1, 0);
	close(fd);
	for (size_t i = 0; got > 0 && i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (strncmp(head, beginnings[i], strlen(beginnings[i])) == 0)
			return 0;
	error_set(err, STATUS_FILE, "cannot replace '%s': it is no SBOM of bundler", path);
	return error_hint(err, "choose another place, or remove it");
}

static int publish(struct run *run, struct error *err)
{
	const size_t count = run->inputs.platform_count;
	struct replacement *files = pool_new(&run->inputs.pool, count, sizeof *files);

	if (!run->output) {
		fwrite(run->texts[0].bytes, 1, run->texts[0].length, stdout);
		return report_flush(err);
	}
	for (size_t i = 0; i < count; i++)
		files[i] = (struct replacement){
			.path = run->paths[i], .bytes = &run->texts[i],
		};
	return replace_files(files, count, report, run, err);
}

static int make(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const size_t count = inputs->platform_count;
	int result = -1;

	run->texts = pool_new(&inputs->pool, count, sizeof *run->texts);
	for (size_t i = 0; i < count; i++)
		buffer_init(&run->texts[i], LIMIT_SBOM_BYTES);
	name_files(run);
	for (size_t i = 0; i < count && run->output; i++)
		if (check_file(run->paths[i], err) < 0)
			goto out;
	if (command_inputs_ahead(inputs, err) == 0
	    && command_inputs_run(inputs, make_one, run, count, err) == 0)
		result = publish(run, err);
out:
	for (size_t i = 0; i < count; i++)
		buffer_free(&run->texts[i]);
	return result;
}

/* A directory of outputs has the large contents, too, and is removed again after a failure. */
static int make_in(struct run *run, struct error *err)
{
	struct confine *confine = run->inputs.fetch.confine;
	char *made = NULL;
	int result;

	if (run->directory) {
		made = file_first_missing(run->output);
		confine_write(confine, run->output);
		run->scratch = file_make_directory(run->output, err);
	} else {
		if (run->output)
			confine_write_beside(confine, run->output);
		command_inputs_list_scratch(confine);
		run->scratch = command_inputs_scratch(err);
	}
	result = run->scratch < 0 ? -1 : make(run, err);
	if (run->scratch >= 0)
		close(run->scratch);
	if (result < 0 && made)
		file_remove_directories(run->output, made);
	free(made);
	return result;
}

static int run_sbom(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .scratch = -1 };
	int result = -1;

	if (option_parse(parser, &run, err) == 0
	    && command_inputs_open(&run.inputs, parser, err) == 0
	    && command_inputs_fetch(&run.inputs, err) == 0 && choose_output(&run, err) == 0)
		result = make_in(&run, err);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_sbom = {
	.name = "sbom",
	.summary = "list what is in an image, as SPDX or CycloneDX",
	.synopsis = "[-p PLATFORM]... [--format NAME] [-o PLACE] [--lock FILE] [--cache DIR] "
		    "[--mirror URL]... [--netrc FILE] [--header-file FILE] "
		    "[--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] "
		    "[--offline] [RECIPE]",
	.examples = "  bundler sbom -p amd64 nats.yaml >nats.spdx.json\n"
		    "  bundler sbom --format cyclonedx -o sboms nats.yaml\n",
	.options = options,
	.network = true,
	.writes = true,
	.outputs = true,
	.run = run_sbom,
};
