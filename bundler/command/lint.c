/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/memory.h"
#include "command/findings.h"
#include "command/inputs.h"
#include "lint/lint.h"

static const struct option_spec options[] = {
	{ OPTION_LIBRARY, "library", "FILE", "the library file, instead of those in the tree" },
	{ OPTION_SUMS, "sums", "FILE", "a release's SHA256SUMS; repeatable" },
	{ OPTION_LOCK, "lock", "FILE", "a lock of a version in the tree" },
	{ OPTION_BRANCH, "branch", "NAME", "branch that the commits of the tree are on" },
	{ OPTION_IGNORE, "ignore", "RULES", "leave out these rules, separated by commas" },
	{ OPTION_RULES, "rules", NULL, "print the rules" },
	{ OPTION_JSON, "json", NULL, "print the findings as JSON" },
	{ 0, NULL, NULL, NULL },
};

/* One run of the command. */
struct run {
	struct lint_options lint;
	const char **sums;
	const char *directory;
	struct findings findings;
	char today[16];
	bool rules, json;
};

static int ignore(struct run *run, const char *list, struct error *err)
{
	while (*list) {
		const size_t length = strcspn(list, ",");
		char *name = memory_copy(list, length);
		const enum lint_rule rule = lint_rule_find(name);

		if (rule == LINT_RULES) {
			error_set(err, STATUS_USAGE, "cannot ignore '%s': no such rule", name);
			error_hint(err, "'bundler lint --rules' lists them");
			free(name);
			return -1;
		}
		run->lint.ignored[rule] = true;
		free(name);
		list += length + (list[length] == ',');
	}
	return 0;
}

static int take_option(struct run *run, int id, const char *value, struct error *err)
{
	switch (id) {
	case OPTION_LIBRARY:
		run->lint.library = value;
		break;
	case OPTION_SUMS:
		run->sums = memory_resize(run->sums, run->lint.sums_count + 1, sizeof *run->sums);
		run->sums[run->lint.sums_count++] = value;
		break;
	case OPTION_LOCK:
		run->lint.lock = value;
		break;
	case OPTION_BRANCH:
		run->lint.branch = value;
		break;
	case OPTION_IGNORE:
		return ignore(run, value, err);
	case OPTION_RULES:
		run->rules = true;
		break;
	default:
		run->json = true;
	}
	return 0;
}

/* Today, or the day of SOURCE_DATE_EPOCH. */
static int find_day(struct run *run, struct error *err)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now = time(NULL);
	time_t seconds;
	struct tm tm;

	if (epoch && *epoch
	    && command_inputs_number("SOURCE_DATE_EPOCH", epoch, LIMIT_EPOCH, &now, err) < 0)
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
	const char *value;
	int id;

	while ((id = option_next(parser, &value, err)) > 0)
		if (take_option(run, id, value, err) < 0)
			return -1;
	if (id < 0 || find_day(run, err) < 0)
		return -1;
	run->lint.sums = run->sums;
	if (run->rules)
		return 0;
	if (parser->argc == 0)
		return error_set(err, STATUS_USAGE, "cannot check a tree: no directory is given");
	if (parser->argc > 1)
		return error_set(err, STATUS_USAGE,
				 "cannot use operand '%s': one directory at a time",
				 parser->argv[1]);
	run->directory = parser->argv[0];
	return 0;
}

static int print_rules(void)
{
	for (enum lint_rule rule = 0; rule < LINT_RULES; rule++)
		printf("%-12s %s\n", lint_rule_name(rule), lint_rule_meaning(rule));
	return STATUS_OK;
}

static int run_lint(struct option_parser *parser, struct error *err)
{
	struct run run = { .json = false };
	int result = parse(&run, parser, err);

	if (result == 0 && run.rules) {
		result = print_rules();
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
	.options = options,
	.run = run_lint,
};
