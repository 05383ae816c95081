/* SPDX-License-Identifier: Apache-2.0 */
/* bundler validate: an image of any origin against the specifications. */
#include "command/command.h"

#include "command/findings.h"
#include "command/place.h"
#include "image/location.h"
#include "validate/validate.h"

/* One run of the command. */
struct run {
	struct command_inputs inputs;	/* what registry uses */
	struct command_registry registry;
	struct location place;
	struct findings findings;
	bool strict, json;
};

static const struct option_spec options[] = {
	{ "strict", NULL, "apply the rules of Docker Official Images' importers, too",
	  OPTION(strict) },
	{ "json", NULL, "print the findings as JSON", OPTION(json) },
	COMMAND_PLACE_OPTIONS,
	{ 0 },
};

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *place;

	if (option_parse(parser, run, err) < 0)
		return -1;
	place = option_operand(parser);
	if (!place)
		return error_set(err, STATUS_USAGE, "cannot validate an image: no place is given");
	if (option_end(parser, "place", err) < 0)
		return -1;
	if (location_parse(&run->place, &run->inputs.pool, place, err) < 0)
		return -1;
	command_place_list(parser->confine, &run->place);
	return command_place_begin(&run->registry, &run->inputs, parser->confine,
				   &run->place, 1, err);
}

static int run_validate(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .registry = COMMAND_REGISTRY_READ };
	int result = -1;

	if (parse(&run, parser, err) == 0
	    && command_place_open(&run.registry, &run.place, PULL_ALL, err) == 0
	    && validate_place(&run.place, run.strict, &run.findings, err) == 0)
		result = command_findings_print(&run.findings, run.json);
	command_place_close(&run.place);
	findings_free(&run.findings);
	command_registry_close(&run.registry);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_validate = {
	.name = "validate",
	.summary = "check an image of any origin against the specifications",
	.synopsis = "[--strict] [--json] " COMMAND_PLACE_SYNOPSIS " PLACE",
	.examples = "  bundler validate docker://registry.example/nats:1.0\n"
		    "  bundler validate --strict oci-archive:image.tar\n",
	.options = options,
	.registry = true,
	.writes = true,
	.run = run_validate,
};
