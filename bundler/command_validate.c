#include "command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "findings.h"
#include "memory.h"
#include "place.h"
#include "report.h"
#include "validate.h"

static const struct option_spec options[] = {
	{ OPTION_STRICT, "strict", NULL, "and what importers of Docker Official Images want" },
	{ OPTION_JSON, "json", NULL, "print the findings as JSON" },
	{ 0, NULL, NULL, NULL },
};

/* One run of the command. */
struct run {
	struct pool pool;
	struct place place;
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
	return place_parse(&run->place, &run->pool, parser->argv[0], err);
}

static void print_lines(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		report_text(stdout, finding->subject);
		printf(": %s: ", finding->rule);
		report_text(stdout, finding->text);
		putchar('\n');
	}
	if (findings->left_out > 0) {
		char *number = memory_format("%zu", findings->left_out);

		report_line("note: ", number, " more findings are left out");
		free(number);
	}
}

/* Names in an image need not be UTF-8, which JSON is: they are escaped as on a terminal. */
static json_t *escape(const char *text)
{
	char *bytes;
	size_t length;
	FILE *stream = open_memstream(&bytes, &length);
	json_t *string;

	if (!stream)
		abort();
	report_text(stream, text);
	if (fclose(stream) != 0)
		abort();
	string = json_stringn(bytes, length);
	free(bytes);
	return string;
}

static void print_json(const struct findings *findings)
{
	json_t *array = json_array(), *report;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		json_array_append_new(array, json_pack("{s:o, s:s, s:o}",
			"subject", escape(finding->subject), "rule", finding->rule,
			"text", escape(finding->text)));
	}
	report = json_pack("{s:o, s:I}", "findings", array, "left_out",
			   (json_int_t)findings->left_out);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
}

static int run_validate(struct option_parser *parser, struct error *err)
{
	struct run run = { .strict = false };
	int result = parse(&run, parser, err);

	if (result == 0)
		result = validate_place(&run.place, run.strict, &run.findings, err);
	if (result == 0) {
		(run.json ? print_json : print_lines)(&run.findings);
		result = run.findings.count > 0 ? STATUS_DIFFERENCES : STATUS_OK;
	}
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
