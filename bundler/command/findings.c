/* SPDX-License-Identifier: Apache-2.0 */
/* How lint and validate print findings. */
#include "command/findings.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "command/report.h"

static void print_lines(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		report_text(stdout, finding->subject);
		if (finding->line > 0)
			printf(":%zu", finding->line);
		fputs(": ", stdout);
		report_word(stdout, REPORT_RED, finding->rule);
		fputs(": ", stdout);
		report_text(stdout, finding->text);
		putchar('\n');
	}
	if (findings->left_out > 0) {
		char *number = memory_format("%zu", findings->left_out);

		report_note(number, " more findings are left out");
		free(number);
	}
}

static json_t *describe(const struct finding *finding)
{
	json_t *object = json_pack("{s:o}", "subject", report_json_escaped(finding->subject));

	if (finding->line > 0)
		json_object_set_new(object, "line", json_integer((json_int_t)finding->line));
	json_object_set_new(object, "rule", json_string(finding->rule));
	json_object_set_new(object, "text", report_json_escaped(finding->text));
	return object;
}

static void print_json(const struct findings *findings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < findings->count; i++)
		json_array_append_new(array, describe(&findings->items[i]));
	report_document(stdout, json_pack("{s:o, s:I}", "findings", array, "left_out",
				  (json_int_t)findings->left_out));
}

int command_findings_print(const struct findings *findings, bool json)
{
	(json ? print_json : print_lines)(findings);
	return findings->count > 0 ? STATUS_DIFFERENCES : STATUS_OK;
}
