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
#include "base/memory.h"
#include "base/suggest.h"
#include "command/report.h"

static int refuse_field(const char *name, size_t length, struct error *err)
{
	struct suggest meant = suggest_begin(name, length);
	struct buffer names;

	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++)
		suggest_offer(&meant, audit_field_name(field));
	buffer_init(&names, KIB);
	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++)
		buffer_format(&names, "%s%s", field > 0 ? ", " : "", audit_field_name(field));
	error_set(err, STATUS_USAGE, "cannot ignore '%.*s': no such field", (int)length, name);
	error_hint(err, "fields are %s", names.bytes);
	buffer_free(&names);
	return suggest_hint(&meant, err);
}

/* The length of an item of a list: up to a comma that another field follows. */
static size_t item_length(const char *list)
{
	size_t length = strcspn(list, ",:");

	while (list[length] == ':' || list[length] == ',') {
		const char *next = list + length + 1;

		if (list[length] == ',' && (!memchr(list, ':', length)
		    || audit_field_find(next, strcspn(next, ",:")) != AUDIT_FIELDS))
			break;
		length += 1 + strcspn(next, ",");
	}
	return length;
}

int command_differences_ignore(void *differences, const struct option_spec *spec,
			       const char *value, struct error *err)
{
	struct command_differences *into = differences;

	(void)spec;
	while (*value) {
		const size_t length = item_length(value), name = strcspn(value, ",:");
		const enum audit_field field = audit_field_find(value, name);

		if (field == AUDIT_FIELDS)
			return refuse_field(value, name, err);
		into->ignored = memory_resize(into->ignored,
						     into->ignored_count + 1,
						     sizeof *into->ignored);
		into->ignored[into->ignored_count++] = (struct audit_ignored){
			.field = field, .subject = value[name] == ':'
			? memory_copy(value + name + 1, length - name - 1) : NULL,
		};
		value += length + (value[length] == ',');
	}
	return 0;
}

int command_differences_require(void *required, const struct option_spec *spec,
				const char *value, struct error *err)
{
	(void)spec;
	for (enum audit_verdict verdict = AUDIT_EQUIVALENT; verdict <= AUDIT_IDENTICAL; verdict++)
		if (strcmp(value, audit_verdict_name(verdict)) == 0) {
			*(enum audit_verdict *)required = verdict;
			return 0;
		}
	return error_set(err, STATUS_USAGE, "cannot require '%s': a verdict is 'equivalent' or "
			 "'identical'", value);
}

void command_differences_free(struct command_differences *differences)
{
	for (size_t i = 0; i < differences->ignored_count; i++)
		free((char *)(uintptr_t)differences->ignored[i].subject);
	free(differences->ignored);
}

int command_differences_check(const struct command_differences *differences, struct error *err)
{
	static const char config[] = "/config";

	for (size_t i = 0; i < differences->ignored_count && !differences->force; i++) {
		const enum audit_field field = differences->ignored[i].field;
		const char *subject = differences->ignored[i].subject;
		bool all = subject && subject[strspn(subject, "/")] == '\0';

		/* A whole image is of this field when only one side has it. */
		all = all || (field == AUDIT_PLATFORM && !subject);
		if (field == AUDIT_CONFIG)
			all = all || !subject
			      || (strncmp(subject, config, strlen(config)) == 0
				  && subject[strlen(config) + strspn(subject + strlen(config), "/")]
				     == '\0');
		if (!all)
			continue;
		error_set(err, STATUS_USAGE, "cannot ignore all of '%s': nothing would be left to "
			  "compare", audit_field_name(field));
		return error_hint(err, "name a path or a member, such as config:/config/Env/PATH, "
				  "or add --force");
	}
	return 0;
}

/* What is ignored, each item once, in the order of the fields; the caller frees the array. */
static json_t *describe_ignored(const struct command_differences *differences)
{
	json_t *names = json_array(), *other;
	size_t j;

	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++)
		for (size_t i = 0; i < differences->ignored_count; i++) {
			const struct audit_ignored *ignored = &differences->ignored[i];
			char *text;
			json_t *name;

			if (ignored->field != field)
				continue;
			text = memory_format("%s%s%s", audit_field_name(field),
					     ignored->subject ? ":" : "",
					     ignored->subject ? ignored->subject : "");
			name = report_json(text);
			free(text);
			json_array_foreach(names, j, other)
				if (json_equal(name, other))
					break;
			if (j == json_array_size(names))
				json_array_append(names, name);
			json_decref(name);
		}
	return names;
}

static void print_value(const char *label, const char *value)
{
	printf("%s ", label);
	report_text(stdout, value ? value : "nothing");
}

static bool is_note(const struct command_differences *differences,
		    const struct audit_finding *finding)
{
	return !differences->strict && audit_finding_verdict(finding) > AUDIT_DIFFERENT;
}

static void print_finding(const struct command_differences *differences,
			  const struct audit_finding *finding)
{
	if (is_note(differences, finding))
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
	enum audit_verdict word;
};

static struct verdict judge(const struct command_differences *differences,
			    const struct audit *audit)
{
	struct verdict verdict = {
		audit_count(audit, false), audit_count(audit, true), audit_verdict(audit)
	};

	if (differences->strict && verdict.notes > 0)
		verdict = (struct verdict){ verdict.differences + verdict.notes, 0,
					    AUDIT_DIFFERENT };
	return verdict;
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
	json_t *ignored = describe_ignored(differences), *name;
	struct buffer text;
	size_t i;

	buffer_init(&text, LIMIT_REPORT_BYTES);
	if (*platforms)
		buffer_format(&text, "; %s", platforms);
	add_count(&text, verdict->differences, "difference");
	add_count(&text, verdict->notes, "note");
	if (differences->strict)
		buffer_add_string(&text, "; strict");
	if (verdict->word < differences->required && verdict->word > AUDIT_DIFFERENT)
		buffer_format(&text, "; %s is required", audit_verdict_name(differences->required));
	json_array_foreach(ignored, i, name)
		buffer_format(&text, "%s%s", i == 0 ? "; ignored: " : ", ",
			      json_string_value(name));
	json_decref(ignored);
	fputs("verdict: ", stdout);
	report_word(stdout, verdict->word < differences->required ? REPORT_RED
		    : verdict->word < AUDIT_IDENTICAL ? REPORT_YELLOW : REPORT_GREEN,
		    audit_verdict_name(verdict->word));
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
	const size_t more = audit_count(audit, false) + audit_count(audit, true) - audit->count;

	for (size_t i = 0; i < audit->count && !differences->quiet; i++)
		print_finding(differences, &audit->items[i]);
	if (more > 0 && !differences->quiet)
		printf("and %zu more\n", more);
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

	json_object_set_new(object, "class", json_string(audit_class_name(finding->class)));
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
	return object;
}

static void print_json(const struct command_differences *differences, const struct audit *audit,
		       const struct verdict *verdict, json_t *report)
{
	json_t *lists[] = { json_array(), json_array() };

	for (size_t i = 0; i < audit->count; i++)
		json_array_append_new(lists[is_note(differences, &audit->items[i])],
				      describe_finding(differences, &audit->items[i]));
	json_object_set_new(report, "ignored", describe_ignored(differences));
	json_object_set_new(report, "strict", json_boolean(differences->strict));
	json_object_set_new(report, "required",
			    json_string(audit_verdict_name(differences->required)));
	json_object_set_new(report, "verdict", json_string(audit_verdict_name(verdict->word)));
	json_object_set_new(report, "difference_count",
			    json_integer((json_int_t)verdict->differences));
	json_object_set_new(report, "note_count", json_integer((json_int_t)verdict->notes));
	if (!differences->quiet) {
		json_object_set(report, "differences", lists[0]);
		json_object_set(report, "notes", lists[1]);
	}
	json_decref(lists[0]);
	json_decref(lists[1]);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
}

bool command_differences_passed(const struct command_differences *differences,
				const struct audit *audit)
{
	return judge(differences, audit).word >= differences->required;
}

int command_differences_print(const struct command_differences *differences,
			      const struct audit *audit, const char *platforms, json_t *report)
{
	const struct verdict verdict = judge(differences, audit);

	if (differences->json)
		print_json(differences, audit, &verdict, report);
	else
		print_lines(differences, audit, &verdict, platforms);
	json_decref(report);
	return command_differences_passed(differences, audit) ? STATUS_OK : STATUS_DIFFERENCES;
}
