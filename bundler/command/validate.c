/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include "command/findings.h"
#include "image/location.h"
#include "validate/validate.h"

static const struct option_spec options[] = {
	{ OPTION_STRICT, "strict", NULL, "and what importers of Docker Official Images want" },
	{ OPTION_JSON, "json", NULL, "print the findings as JSON" },
	{ 0, NULL, NULL, NULL },
};

/* One run of the command. */
struct run {
	struct pool pool;
	struct location place;
	struct findings findings;
	bool strict, json;
};

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *value;
	int id;

	while ((id = option_next(parser, &value, err)) > 0) {
		run->strict |= id == OPTION_STRICT;
		run->json |= id == OPTION_JSON;
	}
	if (id < 0)
		return -1;
	if (parser->argc == 0)
		return error_set(err, STATUS_USAGE, "cannot validate an image: no place is given");
	if (parser->argc > 1)
		return error_set(err, STATUS_USAGE, "cannot use operand '%s': one place at a time",
				 parser->argv[1]);
	return location_parse(&run->place, &run->pool, parser->argv[0], err);
}

static int run_validate(struct option_parser *parser, struct error *err)
{
	struct run run = { .strict = false };
	int result = parse(&run, parser, err);

	if (result == 0)
		result = validate_place(&run.place, run.strict, &run.findings, err);
	if (result == 0)
		result = command_findings_print(&run.findings, run.json);
	findings_free(&run.findings);
	pool_free(&run.pool);
	return result;
}

const struct command command_validate = {
	.name = "validate",
	.summary = "check an image of any origin against the specifications",
	.synopsis = "[--strict] [--json] PLACE",
	.options = options,
	.run = run_validate,
};
