/* SPDX-License-Identifier: Apache-2.0 */
/* How audit and diff print differences and the verdict. */
#include "command/differences.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "command/report.h"

static void add_names(struct buffer *text, uint32_t fields)
{
	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++)
		if (fields >> field & 1)
			buffer_format(text, "%s%s", text->length > 0 ? ", " : "",
				      audit_field_name(field));
}

static int refuse_field(const char *name, size_t length, struct error *err)
{
	struct buffer names;

	buffer_init(&names, KIB);
	add_names(&names, UINT32_MAX);
	error_set(err, STATUS_USAGE, "cannot ignore '%.*s': no such field", (int)length, name);
	error_hint(err, "fields are %s", names.bytes);
	buffer_free(&names);
	return -1;
}

int command_differences_ignore(void *ignored, const struct option_spec *spec, const char *value,
			       struct error *err)
{
	(void)spec;
	while (*value) {
		const size_t length = strcspn(value, ",");
		const enum audit_field field = audit_field_find(value, length);

		if (field == AUDIT_FIELDS)
			return refuse_field(value, length, err);
		*(uint32_t *)ignored |= 1U << field;
		value += length + (value[length] == ',');
	}
	return 0;
}

static void print_value(const char *label, const char *value)
{
	printf("%s ", label);
	report_text(stdout, value ? value : "nothing");
}

static void print_finding(const struct command_differences *differences,
			  const struct audit_finding *finding)
{
	if (finding->note && !differences->strict)
		fputs("note: ", stdout);
	if (finding->platform)
		printf("%s ", finding->platform);
	/* A subject is empty where the field has only one. */
	printf("%s%s", audit_field_name(finding->field), *finding->subject ? " " : "");
	report_text(stdout, finding->subject);
	fputs(": ", stdout);
	print_value(differences->expected, finding->expected);
	fputs(", ", stdout);
	print_value(differences->found, finding->found);
	if (finding->has_offset)
		printf(", from byte %" PRIu64 " on", finding->offset);
	if (finding->remark)
		printf(", %s", finding->remark);
	putchar('\n');
}

struct verdict {
	size_t differences, notes;
	bool identical;
	struct buffer ignored;		/* names, separated by ", " */
};

static void judge(struct verdict *verdict, const struct command_differences *differences,
		  const struct audit *audit)
{
	verdict->differences = audit_count(audit, false);
	verdict->notes = audit_count(audit, true);
	if (differences->strict) {
		verdict->differences += verdict->notes;
		verdict->notes = 0;
	}
	verdict->identical = verdict->differences == 0;
	buffer_init(&verdict->ignored, KIB);
	add_names(&verdict->ignored, differences->ignored);
}

static void add_count(struct buffer *text, size_t count, const char *what)
{
	if (count > 0)
		buffer_format(text, "; %zu %s%s", count, what, count == 1 ? "" : "s");
}

/* "verdict: different (linux/amd64; 2 differences; ignored: owner, time)" */
static void print_verdict(const struct command_differences *differences,
			  const struct verdict *verdict, const char *platforms)
{
	struct buffer text;

	buffer_init(&text, LIMIT_REPORT_BYTES);
	if (*platforms)
		buffer_format(&text, "; %s", platforms);
	add_count(&text, verdict->differences, "difference");
	add_count(&text, verdict->notes, "note");
	if (differences->strict)
		buffer_add_string(&text, "; strict");
	if (verdict->ignored.length > 0)
		buffer_format(&text, "; ignored: %s", verdict->ignored.bytes);
	printf("verdict: %s", verdict->identical ? "identical" : "different");
	if (text.length > 0) {
		fputs(" (", stdout);
		report_text(stdout, text.bytes + 2);
		putchar(')');
	}
	putchar('\n');
	buffer_free(&text);
}

static void print_lines(const struct command_differences *differences, const struct audit *audit,
			const struct verdict *verdict, const char *platforms)
{
	for (size_t i = 0; i < audit->count && !differences->quiet; i++)
		print_finding(differences, &audit->items[i]);
	if (audit->left_out > 0 && !differences->quiet)
		printf("and %zu more\n", audit->left_out);
	print_verdict(differences, verdict, platforms);
}

static json_t *describe_value(const char *value)
{
	return value ? report_json(value) : json_null();
}

static json_t *describe_finding(const struct command_differences *differences,
				const struct audit_finding *finding)
{
	json_t *object = json_object();

	json_object_set_new(object, "field", json_string(audit_field_name(finding->field)));
	if (finding->platform)
		json_object_set_new(object, "platform", report_json(finding->platform));
	json_object_set_new(object, "subject", report_json(finding->subject));
	json_object_set_new(object, differences->expected, describe_value(finding->expected));
	json_object_set_new(object, differences->found, describe_value(finding->found));
	if (finding->has_offset)
		json_object_set_new(object, "offset", json_integer((json_int_t)finding->offset));
	if (finding->remark)
		json_object_set_new(object, "remark", json_string(finding->remark));
	json_object_set_new(object, "note", json_boolean(finding->note && !differences->strict));
	return object;
}

static json_t *describe_ignored(const struct command_differences *differences)
{
	json_t *names = json_array();

	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++)
		if (differences->ignored >> field & 1)
			json_array_append_new(names, json_string(audit_field_name(field)));
	return names;
}

static void print_json(const struct command_differences *differences, const struct audit *audit,
		       const struct verdict *verdict, json_t *report)
{
	json_t *findings = json_array();

	for (size_t i = 0; i < audit->count && !differences->quiet; i++)
		json_array_append_new(findings, describe_finding(differences, &audit->items[i]));
	json_object_set_new(report, "ignored", describe_ignored(differences));
	json_object_set_new(report, "strict", json_boolean(differences->strict));
	json_object_set_new(report, "identical", json_boolean(verdict->identical));
	json_object_set_new(report, "differences", json_integer((json_int_t)verdict->differences));
	json_object_set_new(report, "notes", json_integer((json_int_t)verdict->notes));
	if (!differences->quiet)
		json_object_set_new(report, "findings", findings);
	else
		json_decref(findings);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
}

int command_differences_print(const struct command_differences *differences,
			      const struct audit *audit, const char *platforms, json_t *report)
{
	struct verdict verdict;

	judge(&verdict, differences, audit);
	if (differences->json)
		print_json(differences, audit, &verdict, report);
	else
		print_lines(differences, audit, &verdict, platforms);
	json_decref(report);
	buffer_free(&verdict.ignored);
	return verdict.identical ? STATUS_OK : STATUS_DIFFERENCES;
}
