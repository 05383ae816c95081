/* SPDX-License-Identifier: Apache-2.0 */
/* bundler library: build contexts and the library file for Docker Official Images. */
#include "command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "command/inputs.h"
#include "command/report.h"
#include "library/dockerfile.h"
#include "library/generated.h"
#include "library/git.h"
#include "library/library.h"
#include "recipe/library.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	const char *output;
	int directory;			/* of output; -1 while it does not exist */
	const char *branch;
	const char *const *commits;	/* --commit, as given */
	size_t commit_count;
	struct library_source source;
	bool from_git;			/* the commits are those of the output's repository */
	const char *file, *record;	/* paths of the library file and of what was generated */
	struct generated generated;
	struct generated_plan plan;
	bool check, force, json;
};

static int add_commit(void *context, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	struct run *run = context;
	const char *equals = strchr(value, '=');
	const char *fault = git_commit_fault(equals ? equals + 1 : value);

	(void)spec;
	command_inputs_append(&run->inputs.pool, &run->commits, &run->commit_count, value);
	return fault ? error_set(err, STATUS_USAGE, "cannot use commit '%s': %s", value, fault) : 0;
}

static int set_branch(void *branch, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	const char *fault = recipe_library_branch_fault(value);

	(void)spec;
	*(const char **)branch = value;
	return fault ? error_set(err, STATUS_USAGE, "cannot use branch '%s': %s", value, fault) : 0;
}

static const struct option_spec options[] = {
	{ "output", "DIR", "write to this repository of build contexts", OPTION(output),
	  .letter = 'o' },
	{ "branch", "NAME", "name this branch in GitFetch, not the recipe's",
	  OPTION_CALL(branch, set_branch) },
	{ "commit", "COMMIT",
	  "name this commit, not HEAD; ARCH=HEX for one architecture; repeatable",
	  OPTION_RUN(add_commit) },
	{ "check", NULL, "change nothing; report what would change",
	  OPTION(check) },
	{ "force", NULL, "replace files that bundler did not write", OPTION(force) },
	COMMAND_INPUTS_LOCK,
	{ "json", NULL, "print the changes as JSON", OPTION(json) },
	{ 0 },
};

/* ---- commits ---- */

/* Takes --commit; one without an architecture is for all that have no commit of their own. */
static int use_options(struct run *run, struct error *err)
{
	const struct recipe_library *library = &run->inputs.recipe.library;

	for (size_t i = 0; i < run->commit_count; i++) {
		const char *value = run->commits[i], *equals = strchr(value, '=');
		const size_t length = equals ? (size_t)(equals - value) : 0;
		bool found = false;

		if (!equals) {
			run->source.commit = value;
			continue;
		}
		for (size_t k = 0; k < library->platform_count && !found; k++) {
			const struct platform *platform = library->platforms[k];

			found = strlen(platform->bashbrew) == length
				&& memcmp(platform->bashbrew, value, length) == 0
				&& library_has_dist(library, platform);
			if (found)
				run->source.dist[k] = equals + 1;
		}
		if (!found)
			return error_set(err, STATUS_USAGE, "cannot use commit '%s': recipe '%s' "
					 "has no branch for this architecture", value,
					 run->inputs.recipe.file);
	}
	for (size_t i = 0; i < library->platform_count; i++)
		if (!run->source.dist[i])
			run->source.dist[i] = run->source.commit;
	return 0;
}

/* A file cannot name the commit that it is part of: a check is for everything else in it. */
static int use_file(struct run *run, struct error *err)
{
	struct buffer text;
	int result = 0;

	buffer_init(&text, LIMIT_GENERATED_BYTES);
	if (run->directory >= 0 && faccessat(run->directory, run->file, F_OK, 0) == 0)
		result = file_read(&text, run->directory, run->file, err);
	if (result == 0 && text.length > 0)
		library_read_commits(&run->inputs.recipe, text.bytes, &run->inputs.pool,
				     &run->source);
	buffer_free(&text);
	return result;
}

/* What is checked out should be on the branch that the library file names. */
static void note_branch(const struct run *run, const char *branch)
{
	char *text;

	if (*branch == '\0' || strcmp(branch, run->source.branch) == 0)
		return;
	text = memory_format("%s is on branch '%s', but GitFetch is '%s'", run->output, branch,
			     run->source.branch);
	report_note(text, " (--branch)");
	free(text);
}

/* Takes the commits that are still missing from the output's repository; err is the last fault. */
static int use_git(struct run *run, const struct git *git, struct error *err)
{
	const struct recipe_library *library = &run->inputs.recipe.library;
	struct pool *pool = &run->inputs.pool;
	char commit[GIT_COMMIT_BYTES], branch[LIMIT_PATH_BYTES + 1];
	int result = 0;

	if (!run->source.commit) {
		if (git_head(git, commit, branch, sizeof branch, err) < 0)
			return -1;
		run->source.commit = pool_string(pool, commit);
		note_branch(run, branch);
	}
	for (size_t i = 0; i < library->platform_count; i++) {
		const struct platform *platform = library->platforms[i];
		struct error reason;

		if (run->source.dist[i] || !library_has_dist(library, platform))
			continue;
		if (git_branch(git, library_dist_branch(pool, platform), commit, &reason) == 0) {
			run->source.dist[i] = pool_string(pool, commit);
			continue;
		}
		if (result < 0)
			report_note(err->message, "");
		*err = reason;
		result = -1;
	}
	return result;
}

static bool is_complete(const struct run *run)
{
	const struct recipe_library *library = &run->inputs.recipe.library;

	for (size_t i = 0; i < library->platform_count; i++)
		if (!run->source.dist[i] && library_has_dist(library, library->platforms[i]))
			return false;
	return run->source.commit != NULL;
}

/* Finds the commits. When not all were *found, reason says what is missing. */
static int find_commits(struct run *run, bool *found, struct error *reason, struct error *err)
{
	struct git git;

	run->source.branch = run->branch ? run->branch : run->inputs.recipe.library.branch;
	run->source.dist = pool_new(&run->inputs.pool,
				    run->inputs.recipe.library.platform_count,
				    sizeof *run->source.dist);
	if (use_options(run, err) < 0 || (run->check && use_file(run, err) < 0))
		return -1;
	*found = is_complete(run);
	if (*found)
		return 0;
	run->from_git = true;
	if (run->directory < 0)
		return error_set(reason, STATUS_FILE, "there is no '%s'", run->output), 0;
	if (git_open(&git, run->directory, run->output, reason) < 0)
		return 0;
	*found = use_git(run, &git, reason) == 0;
	git_close(&git);
	return 0;
}

/* ---- files ---- */

static bool has_platform(const struct recipe_library *library, const struct variant_kind *kind)
{
	for (size_t i = 0; i < library->platform_count; i++)
		if (variant_runs_on(kind, library->platforms[i]))
			return true;
	return false;
}

/* Nothing is published for optional platforms that the lock lacks; every other one is in it. */
static void keep_locked(struct run *run)
{
	struct recipe_library *library = &run->inputs.recipe.library;
	size_t platforms = 0, variants = 0;
	struct error ignored;

	for (size_t i = 0; i < library->platform_count; i++)
		if (lock_find(&run->inputs.lock, library->platforms[i], &ignored))
			library->platforms[platforms++] = library->platforms[i];
	library->platform_count = platforms;
	for (size_t i = 0; i < library->variant_count; i++)
		if (has_platform(library, library->variants[i].kind))
			library->variants[variants++] = library->variants[i];
	library->variant_count = variants;
}

/* Without the right commits no library file is made; a note says why. */
static int add_library_file(struct run *run, struct error *err)
{
	struct error reason;
	struct buffer text;
	bool found = false;
	int result;

	if (find_commits(run, &found, &reason, err) < 0)
		return -1;
	if (!found) {
		report_note(reason.message, "");
		report_note(run->file, " is left out until its commits are known "
			    "(--commit)");
		return 0;
	}
	buffer_init(&text, LIMIT_GENERATED_BYTES);
	result = library_format(&run->inputs.recipe, &run->source, &text, err);
	if (result == 0)
		result = generated_add(&run->generated, run->file, text.bytes, text.length, false,
				       err);
	buffer_free(&text);
	return result;
}

/* ---- report ---- */

static const char *const actions[] = {
	[GENERATED_CREATE] = "create", [GENERATED_REPLACE] = "replace",
	[GENERATED_REMOVE] = "remove", [GENERATED_LEAVE] = "leave",
};

/* Paths that were generated before are as the record has them. */
static void print_lines(const struct generated_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		printf("%-7s ", actions[plan->changes[i].action]);
		report_text(stdout, plan->changes[i].path);
		putchar('\n');
	}
}

static void print_json(const struct generated_plan *plan)
{
	json_t *changes = json_array();

	for (size_t i = 0; i < plan->count; i++)
		json_array_append_new(changes, json_pack("{s:s, s:o}",
			"action", actions[plan->changes[i].action],
			"path", report_json(plan->changes[i].path)));
	report_document(stdout, json_pack("{s:o}", "changes", changes));
}

/* A library file that names HEAD is right only once that has the rest of what was written. */
static void note_uncommitted(const struct run *run)
{
	for (size_t i = 0; i < run->plan.count && run->from_git && is_complete(run); i++) {
		const char *path = run->plan.changes[i].path;

		if (strcmp(path, run->file) == 0 || strcmp(path, run->record) == 0)
			continue;
		report_note(run->file, " names a commit without these changes: commit "
			    "them and run this again");
		return;
	}
}

static int report(void *context, struct error *err)
{
	const struct run *run = context;

	(run->json ? print_json : print_lines)(&run->plan);
	return report_flush(err);
}

static int open_output(struct run *run, struct error *err)
{
	if (!run->check) {
		run->directory = file_make_directory(run->output, err);
		return run->directory < 0 ? -1 : 0;
	}
	run->directory = open(run->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return run->directory >= 0 || errno == ENOENT
	       ? 0 : error_errno(err, STATUS_FILE, "cannot use directory '%s'", run->output);
}

/* Writes what was planned, or with --check reports it. */
static int apply(struct run *run, struct error *err)
{
	if (run->check) {
		if (report(run, err) < 0)
			return -1;
		return run->plan.count > 0 ? STATUS_DIFFERENCES : STATUS_OK;
	}
	if (generated_apply(&run->plan, run->output, run->force, report, run, err) < 0)
		return -1;
	note_uncommitted(run);
	return STATUS_OK;
}

/* A repository may have its .git elsewhere: what that is, is read before the rest. */
static int confine(struct run *run, struct error *err)
{
	struct confine *confine = run->inputs.fetch.confine;
	struct error ignored;
	struct git git;
	int result;

	if (run->directory < 0 || git_open(&git, run->directory, run->output, &ignored) < 0)
		return confine_reading(confine, err);
	confine_read(confine, pool_format(&run->inputs.pool, "/proc/self/fd/%d", git.directory));
	confine_read(confine, pool_format(&run->inputs.pool, "/proc/self/fd/%d", git.common));
	result = confine_reading(confine, err);
	git_close(&git);
	return result;
}

static int make(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const struct recipe_library *library = &inputs->recipe.library;
	int result;

	if (!library->name)
		return error_set(err, STATUS_CONFIG, "cannot write build contexts: recipe '%s' has "
				 "no 'library'", inputs->recipe.file);
	run->file = pool_format(&inputs->pool, "library/%s", library->name);
	run->record = pool_format(&inputs->pool, "%s.sums", library->name);
	if (command_inputs_lock(inputs, err) < 0)
		return -1;
	keep_locked(run);
	confine_write(inputs->fetch.confine, run->output);
	if (open_output(run, err) < 0 || confine(run, err) < 0)
		return -1;
	for (size_t i = 0; i < library->variant_count; i++)
		if (dockerfile_add(&run->generated, &inputs->recipe, &inputs->lock,
				   &library->variants[i], err) < 0)
			return -1;
	if (add_library_file(run, err) < 0
	    || generated_compare(&run->plan, &run->generated, run->directory, run->record,
				 err) < 0)
		return -1;
	result = apply(run, err);
	generated_plan_free(&run->plan);
	return result;
}

static int run_library(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .directory = -1 };
	char *made = NULL;
	int result = option_parse(parser, &run, err);

	if (result == 0 && !run.output)
		result = error_set(err, STATUS_USAGE, "cannot write build contexts: no directory "
				   "is given (--output)");
	if (result == 0)
		result = command_inputs_open(&run.inputs, parser, err);
	if (result == 0) {
		made = file_first_missing(run.output);
		result = make(&run, err);
	}
	if (result < 0 && made)
		file_remove_directories(run.output, made);
	if (run.directory >= 0)
		close(run.directory);
	free(made);
	generated_free(&run.generated);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_library = {
	.name = "library",
	.summary = "write build contexts and library file for Docker Official Images",
	.synopsis = "-o DIR [--branch NAME] [--commit COMMIT]... [--check] [--force] [--lock FILE] "
		    "[--json] [RECIPE]",
	.examples = "  bundler library -o repository nats.yaml\n"
		    "  bundler library -o repository --check nats.yaml\n",
	.options = options,
	.writes = true,
	.outputs = true,
	.run = run_library,
};
