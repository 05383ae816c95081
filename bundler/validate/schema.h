/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_SCHEMA_H
#define BUNDLER_VALIDATE_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/findings.h"

/*
 * A JSON document checked against tables: each object has a table of its members, each member a
 * function that looks at its value. Whatever is wrong becomes a finding that says where.
 */

struct schema {
	struct findings *findings;
	const char *subject;	/* of the findings */
	const char *rule;	/* of those to come */
	bool strict;		/* unknown, unwanted and misplaced members are findings, of: */
	const char *strict_rule;
	bool null_is_absent;	/* a member that is null counts as one that is not there */
	char path[256];		/* of the value, such as "manifests[0].size"; or cut */
	size_t length;
};

/* Looks at one value and adds findings. */
typedef void schema_check(struct schema *schema, json_t *value);

enum schema_need {
	SCHEMA_OPTIONAL, SCHEMA_REQUIRED,
	SCHEMA_UNWANTED		/* known; a strict check refuses it */
};

struct schema_key {
	const char *name;	/* NULL ends the table */
	enum schema_need need;
	schema_check *check;
};

/* Adds a finding about the value that is looked at. */
void schema_fault(struct schema *schema, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Checks that value is an object with the members of the table. */
void schema_object(struct schema *schema, json_t *value, const struct schema_key *keys);

/* Checks that value is an array, and each item, or an object with free keys, and each value. */
void schema_array(struct schema *schema, json_t *value, schema_check *check);
void schema_map(struct schema *schema, json_t *value, schema_check *check);

schema_check schema_text;	/* a string */
schema_check schema_name;	/* a string that is not empty */
schema_check schema_integer, schema_boolean;
schema_check schema_texts;	/* an array of strings */
schema_check schema_set;	/* an object whose values are empty objects: a set in Go */
schema_check schema_time;	/* a string with date and time (RFC 3339 section 5.6) */

#endif
