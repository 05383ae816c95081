/* SPDX-License-Identifier: Apache-2.0 */
/* bundler update: another version in recipe and lock, with the difference as a patch. */
#include "command/command.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/replace.h"
#include "command/lock_inputs.h"
#include "command/report.h"
#include "recipe/edit.h"
#include "recipe/patch.h"
#include "recipe/version.h"

/* The two files that change, in the order in which they do: see architecture.md. */
enum { RECIPE, LOCK, FILES };

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct command_lock_inputs locking;
	const char *version;
	bool dry_run, check, allow_downgrade, json;
	const char *paths[FILES];
	struct buffer before[FILES], after[FILES];	/* their texts, empty without a lock */
	struct recipe recipe;				/* as it will be */
	struct lock lock;
};

static const struct option_spec options[] = {
	{ "dry-run", NULL, "write nothing", OPTION(dry_run), .letter = 'n' },
	{ "check", NULL, "write nothing; exit with status 1 if anything would change",
	  OPTION(check) },
	{ "allow-downgrade", NULL, "accept an older version",
	  OPTION(allow_downgrade) },
	{ "json", NULL, "print the changes as JSON", OPTION(json) },
	COMMAND_LOCK_INPUTS_OPTIONS,
	{ 0 },
};

/* The first operand is the version, the second the recipe. */
static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *fault;

	if (option_parse(parser, run, err) < 0)
		return -1;
	run->version = option_operand(parser);
	if (!run->version)
		return error_set(err, STATUS_USAGE, "cannot update: no version is given");
	fault = path_name_fault(run->version);
	if (!fault)
		fault = version_fault(run->version);
	if (!fault)
		return 0;
	error_set(err, STATUS_USAGE, "cannot use version '%s': %s", run->version, fault);
	return error_hint(err, "a version is like 1.2.3 or 1.2.3-RC.1, without the v of a tag");
}

/* Refuses an older version than at, that of the file what. */
static int check_order(const struct run *run, const char *what, const char *at, struct error *err)
{
	const char *fault = version_fault(at);

	if (run->allow_downgrade || (!fault && version_compare(run->version, at) >= 0))
		return 0;
	if (fault)
		error_set(err, STATUS_USAGE, "cannot update '%s' to %s: its version '%s' cannot "
			  "be ordered: %s", what, run->version, at, fault);
	else
		error_set(err, STATUS_USAGE, "cannot update '%s' to %s: it is already at the later "
			  "version %s", what, run->version, at);
	return error_hint(err, "to accept an older version, use --allow-downgrade");
}

/* Reads both texts as they are, and makes them as they will be. */
static int make_texts(struct run *run, struct error *err)
{
	const struct recipe *recipe = &run->inputs.recipe;
	const struct lock *old = &run->locking.old;

	if (check_order(run, run->paths[RECIPE], recipe->version, err) < 0
	    || (old->file && check_order(run, run->paths[LOCK], old->version, err) < 0)
	    || file_read(&run->before[RECIPE], AT_FDCWD, run->paths[RECIPE], err) < 0
	    || (old->file && file_read(&run->before[LOCK], AT_FDCWD, run->paths[LOCK], err) < 0)
	    || recipe_edit_version(recipe, &run->before[RECIPE], run->version, &run->after[RECIPE],
				   &run->recipe, err) < 0)
		return -1;
	run->locking.make.recipe = &run->recipe;
	if (lock_make(&run->locking.make, &run->lock, err) < 0)
		return -1;
	return lock_format(&run->lock, &run->after[LOCK], err);
}

static bool is_changed(const struct run *run, int file)
{
	const struct buffer *before = &run->before[file], *after = &run->after[file];

	return before->length != after->length
	       || memcmp(before->bytes, after->bytes, after->length) != 0;
}

static bool has_change(const struct run *run)
{
	return is_changed(run, RECIPE) || is_changed(run, LOCK);
}

static int add_patch(const struct run *run, int file, struct buffer *patch)
{
	return patch_add(patch, run->paths[file],
			 run->before[file].length > 0 ? &run->before[file] : NULL,
			 &run->after[file]);
}

/* In the order of names, as git diff has it. */
static int print_patch(const struct run *run, struct error *err)
{
	const int first = strcmp(run->paths[RECIPE], run->paths[LOCK]) < 0 ? RECIPE : LOCK;
	struct buffer patch;
	int result;

	buffer_init(&patch, LIMIT_PATCH_BYTES);
	result = add_patch(run, first, &patch);
	if (result == 0)
		result = add_patch(run, first == RECIPE ? LOCK : RECIPE, &patch);
	if (result < 0)
		error_set(err, STATUS_LIMIT, "cannot print the change: larger than %zu bytes",
			  patch.maximum);
	else
		fwrite(patch.length > 0 ? patch.bytes : "", 1, patch.length, stdout);
	buffer_free(&patch);
	return result;
}

static void print_json(const struct run *run, bool writes)
{
	json_t *changed = json_array(), *document;

	for (int i = 0; i < FILES; i++)
		if (is_changed(run, i))
			json_array_append_new(changed, report_json(run->paths[i]));
	document = json_pack("{s:s, s:s, s:s, s:o, s:b}", "name", run->recipe.name,
			     "from", run->inputs.recipe.version, "version", run->version,
			     "changed", changed, "written", writes);
	command_lock_inputs_describe(document, &run->recipe, &run->lock);
	report_document(stdout, document);
}

static int report(const struct run *run, bool writes, struct error *err)
{
	if (run->json)
		print_json(run, writes);
	else if (print_patch(run, err) < 0)
		return -1;
	return report_flush(err);
}

static int report_written(void *context, struct error *err)
{
	const struct run *run = context;

	return report(run, has_change(run), err);
}

/* Both or none: what keeps the second, or the report, from being written takes back the rest. */
static int write_files(struct run *run, struct error *err)
{
	struct replacement files[FILES];

	for (int i = 0; i < FILES; i++)
		files[i] = (struct replacement){ .path = run->paths[i], .bytes = &run->after[i] };
	return replace_files(files, FILES, report_written, run, err);
}

static int update(struct run *run, struct error *err)
{
	run->paths[RECIPE] = run->inputs.recipe.file;
	run->paths[LOCK] = run->inputs.lock_file;
	if (!run->dry_run && !run->check)
		confine_write_beside(run->inputs.fetch.confine, run->paths[RECIPE]);
	if (make_texts(run, err) < 0)
		return -1;
	if (!run->dry_run && !run->check)
		return write_files(run, err);
	if (report(run, false, err) < 0)
		return -1;
	return run->check && has_change(run) ? STATUS_DIFFERENCES : STATUS_OK;
}

static int run_update(struct option_parser *parser, struct error *err)
{
	struct run run = {
		.inputs = COMMAND_INPUTS_INIT, .locking = COMMAND_LOCK_INPUTS_INIT,
		.recipe.directory = -1,
	};
	int result = -1;

	for (int i = 0; i < FILES; i++) {
		const size_t maximum = i == RECIPE ? LIMIT_RECIPE_BYTES : LIMIT_LOCK_BYTES;

		buffer_init(&run.before[i], maximum);
		buffer_init(&run.after[i], maximum);
	}
	if (parse(&run, parser, err) == 0
	    && command_lock_inputs_open(&run.locking, &run.inputs, parser, err) == 0)
		result = update(&run, err);
	if (result >= 0)
		command_inputs_note(&run.recipe, &run.lock);
	for (int i = 0; i < FILES; i++) {
		buffer_free(&run.before[i]);
		buffer_free(&run.after[i]);
	}
	lock_close(&run.lock);
	recipe_close(&run.recipe);
	command_lock_inputs_close(&run.locking);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_update = {
	.name = "update",
	.summary = "move a recipe and its lock to another version",
	.synopsis = "[-n] [--check] [--allow-downgrade] [--json] " COMMAND_LOCK_INPUTS_SYNOPSIS
		    "VERSION [RECIPE]",
	.examples = "  bundler update 2.11.4 nats.yaml\n"
		    "  bundler update --check 2.11.4 nats.yaml\n",
	.options = options,
	.network = true,
	.writes = true,
	.outputs = true,
	.run = run_update,
};
