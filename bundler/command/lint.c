/* SPDX-License-Identifier: Apache-2.0 */
/* bundler lint: a tree of Dockerfiles and library files against the rules. */
#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "command/findings.h"
#include "command/inputs.h"
#include "lint/lint.h"

/* One run of the command. */
struct run {
	struct lint_options lint;
	const char **sums;
	const char *directory;
	struct findings findings;
	char today[16];
	bool rules, json;
};

static int refuse_rule(const char *name, struct error *err)
{
	struct suggest meant = suggest_begin(name, strlen(name));
	char text[SUGGEST_BYTES];

	for (enum lint_rule rule = 0; rule < LINT_RULES; rule++)
		suggest_offer(&meant, lint_rule_name(rule));
	error_set(err, STATUS_USAGE, "cannot ignore '%s': no such rule", name);
	return error_hint(err, "%s'bundler lint --rules' lists them",
			  suggest_text(&meant, "", text));
}

static int ignore(void *ignored, const struct option_spec *spec, const char *value,
		  struct error *err)
{
	(void)spec;
	while (*value) {
		const size_t length = strcspn(value, ",");
		char *name = memory_copy(value, length);
		const enum lint_rule rule = lint_rule_find(name);

		if (rule == LINT_RULES) {
			refuse_rule(name, err);
			free(name);
			return -1;
		}
		((bool *)ignored)[rule] = true;
		free(name);
		value += length + (value[length] == ',');
	}
	return 0;
}

static int add_sums(void *context, const struct option_spec *spec, const char *value,
		    struct error *err)
{
	struct run *run = context;

	(void)spec, (void)err;
	run->sums = memory_resize(run->sums, run->lint.sums_count + 1, sizeof *run->sums);
	run->sums[run->lint.sums_count++] = value;
	run->lint.sums = run->sums;
	return 0;
}

static const struct option_spec options[] = {
	{ "library", "FILE", "check this library file, not those in the tree",
	  OPTION(lint.library) },
	{ "sums", "FILE", "compare with this SHA256SUMS; repeatable", OPTION_RUN(add_sums) },
	{ "lock", "FILE", "compare with this lock", OPTION(lint.lock) },
	{ "branch", "NAME", "expect the commits on this branch", OPTION(lint.branch) },
	{ "ignore", "RULES", "ignore these rules; separated by commas",
	  OPTION_CALL(lint.ignored, ignore) },
	{ "rules", NULL, "print the rules", OPTION(rules) },
	{ "json", NULL, "print the findings as JSON", OPTION(json) },
	{ 0 },
};

/* Today, or the day of SOURCE_DATE_EPOCH. */
static int find_day(struct run *run, struct error *err)
{
	int64_t now;
	time_t seconds;
	struct tm tm;

	if (command_inputs_now(&now, err) < 0)
		return -1;
	seconds = (time_t)now;
	if (!gmtime_r(&seconds, &tm)
	    || strftime(run->today, sizeof run->today, "%Y-%m-%d", &tm) == 0)
		abort();
	run->lint.today = run->today;
	return 0;
}

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	if (option_parse(parser, run, err) < 0 || find_day(run, err) < 0)
		return -1;
	if (run->rules)
		return 0;
	run->directory = option_operand(parser);
	if (!run->directory)
		return error_set(err, STATUS_USAGE, "cannot check a tree: no directory is given");
	if (option_end(parser, "directory", err) < 0)
		return -1;
	confine_read(parser->confine, run->directory);
	confine_read(parser->confine, run->lint.library);
	confine_read(parser->confine, run->lint.lock);
	for (size_t i = 0; i < run->lint.sums_count; i++)
		confine_read(parser->confine, run->sums[i]);
	return confine_reading(parser->confine, err);
}

static int run_lint(struct option_parser *parser, struct error *err)
{
	struct run run = { .json = false };
	int result = parse(&run, parser, err);

	if (result == 0 && run.rules) {
		for (enum lint_rule rule = 0; rule < LINT_RULES; rule++)
			printf("%-12s %s\n", lint_rule_name(rule), lint_rule_meaning(rule));
	} else if (result == 0) {
		result = lint_directory(run.directory, &run.lint, &run.findings, err);
		if (result == 0)
			result = command_findings_print(&run.findings, run.json);
	}
	findings_free(&run.findings);
	free(run.sums);
	return result;
}

const struct command command_lint = {
	.name = "lint",
	.summary = "check the Dockerfiles and the library file of an image repository",
	.synopsis = "[--library FILE] [--sums FILE]... [--lock FILE] [--branch NAME] "
		    "[--ignore RULES] [--rules] [--json] DIR",
	.examples = "  bundler lint repository\n"
		    "  bundler lint --ignore base,label --json repository\n",
	.options = options,
	.run = run_lint,
};
