/* SPDX-License-Identifier: Apache-2.0 */
/* Checks JSON values against tables, and notes where it is. */
#include "validate/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* ---- where ---- */

/* Appends to the path, which is cut where it does not fit. Returns the length to go back to. */
__attribute__((format(printf, 2, 3)))
static size_t enter(struct schema *schema, const char *format, ...)
{
	size_t before = schema->length, room = sizeof schema->path - before;
	int length;
	va_list ap;

	va_start(ap, format);
	length = vsnprintf(schema->path + before, room, format, ap);
	va_end(ap);
	if (length > 0)
		schema->length += (size_t)length < room ? (size_t)length : room - 1;
	return before;
}

static size_t enter_member(struct schema *schema, const char *key)
{
	return enter(schema, "%s%s", schema->length > 0 ? "." : "", key);
}

static void leave(struct schema *schema, size_t before)
{
	schema->length = before;
	schema->path[before] = '\0';
}

void schema_fault(struct schema *schema, const char *format, ...)
{
	char text[LIMIT_FINDING_BYTES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	findings_add(schema->findings, schema->subject, schema->rule, "%s%s%s", schema->path,
		     schema->length > 0 ? ": " : "", text);
}

/* Adds a finding of a strict check about a member. */
static void strict_fault(struct schema *schema, const char *key, const char *text)
{
	size_t before = enter_member(schema, key);
	const char *rule = schema->rule;

	schema->rule = schema->strict_rule;
	schema_fault(schema, "%s", text);
	schema->rule = rule;
	leave(schema, before);
}

/* ---- objects ---- */

/* Row of the table that key has, or the number of rows. */
static size_t find(const struct schema_key *keys, const char *key)
{
	size_t row = 0;

	while (keys[row].name && strcmp(keys[row].name, key) != 0)
		row++;
	return row;
}

/* Finds members that a strict reader refuses, or refuses in their place. */
static void check_strictly(struct schema *schema, json_t *object,
			   const struct schema_key *keys)
{
	size_t latest = 0;
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		size_t row = find(keys, key);

		if (!keys[row].name)
			strict_fault(schema, key, "it is not known");
		else if (keys[row].need == SCHEMA_UNWANTED)
			strict_fault(schema, key, "it is not wanted");
		else if (row < latest)
			strict_fault(schema, key, "it is out of order");
		else
			latest = row;
	}
}

static void check_member(struct schema *schema, json_t *object, const struct schema_key *key)
{
	json_t *value = json_object_get(object, key->name);
	size_t before;

	if (schema->null_is_absent && key->need != SCHEMA_REQUIRED && json_is_null(value))
		return;
	if (!value && key->need != SCHEMA_REQUIRED)
		return;
	before = enter_member(schema, key->name);
	if (value)
		key->check(schema, value);
	else
		schema_fault(schema, "it is missing");
	leave(schema, before);
}

void schema_object(struct schema *schema, json_t *value, const struct schema_key *keys)
{
	if (!json_is_object(value)) {
		schema_fault(schema, "it is not an object");
		return;
	}
	if (schema->strict)
		check_strictly(schema, value, keys);
	for (; keys->name; keys++)
		check_member(schema, value, keys);
}

void schema_array(struct schema *schema, json_t *value, schema_check *check)
{
	if (!json_is_array(value))
		schema_fault(schema, "it is not an array");
	for (size_t i = 0; i < json_array_size(value); i++) {
		size_t before = enter(schema, "[%zu]", i);

		check(schema, json_array_get(value, i));
		leave(schema, before);
	}
}

void schema_map(struct schema *schema, json_t *value, schema_check *check)
{
	const char *key;
	json_t *item;

	if (!json_is_object(value))
		schema_fault(schema, "it is not an object");
	json_object_foreach(value, key, item) {
		size_t before = enter(schema, "[\"%s\"]", key);

		check(schema, item);
		leave(schema, before);
	}
}

/* ---- values ---- */

void schema_text(struct schema *schema, json_t *value)
{
	if (!json_is_string(value))
		schema_fault(schema, "it is not a string");
}

void schema_name(struct schema *schema, json_t *value)
{
	schema_text(schema, value);
	if (json_is_string(value) && json_string_length(value) == 0)
		schema_fault(schema, "it is empty");
}

void schema_integer(struct schema *schema, json_t *value)
{
	if (!json_is_integer(value))
		schema_fault(schema, "it is not a whole number");
}

void schema_boolean(struct schema *schema, json_t *value)
{
	if (!json_is_boolean(value))
		schema_fault(schema, "it is neither true nor false");
}

void schema_texts(struct schema *schema, json_t *value)
{
	schema_array(schema, value, schema_text);
}

static void check_empty(struct schema *schema, json_t *value)
{
	if (!json_is_object(value) || json_object_size(value) > 0)
		schema_fault(schema, "it is not an empty object");
}

void schema_set(struct schema *schema, json_t *value)
{
	schema_map(schema, value, check_empty);
}

/* Two digits from first to last, at text. */
static bool is_pair(const char *text, int first, int last)
{
	int value;

	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	value = (text[0] - '0') * 10 + text[1] - '0';
	return first <= value && value <= last;
}

/* "Z", or the difference to it. */
static bool is_zone(const char *text)
{
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	return strlen(text) == 6 && (text[0] == '+' || text[0] == '-') && is_pair(text + 1, 0, 23)
	       && text[3] == ':' && is_pair(text + 4, 0, 59);
}

/* "1985-04-12T23:20:50.52Z" */
static bool is_time(const char *text)
{
	static const char shape[] = "0000-00-00T00:00:00";

	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9'
				    : text[i] != shape[i] && !(shape[i] == 'T' && text[i] == 't'))
			return false;
	if (!is_pair(text + 5, 1, 12) || !is_pair(text + 8, 1, 31) || !is_pair(text + 11, 0, 23)
	    || !is_pair(text + 14, 0, 59) || !is_pair(text + 17, 0, 60))
		return false;
	text += sizeof shape - 1;
	if (text[0] == '.') {
		size_t digits = strspn(text + 1, "0123456789");

		if (digits == 0)
			return false;
		text += 1 + digits;
	}
	return is_zone(text);
}

void schema_time(struct schema *schema, json_t *value)
{
	schema_text(schema, value);
	if (json_is_string(value) && !is_time(json_string_value(value)))
		schema_fault(schema, "it is not a time as in RFC 3339");
}
