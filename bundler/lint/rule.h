/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_RULE_H
#define BUNDLER_LINT_RULE_H

/* The rules for a tree of Dockerfiles and its library file, in one table. */

enum lint_rule {
	LINT_FILE, LINT_SYNTAX,
	LINT_VARIANT, LINT_VERSION, LINT_BASE, LINT_ACCEPTED, LINT_FROM,
	LINT_ARCHITECTURE, LINT_ASSET, LINT_HASH, LINT_SUMS, LINT_COPIES,
	LINT_EXPOSE, LINT_ENTRYPOINT,
	LINT_FIELD, LINT_TAG, LINT_NAMING, LINT_PLAIN, LINT_UNIQUE, LINT_SHARED, LINT_PUBLISHED,
	LINT_COVERAGE, LINT_DIRECTORY, LINT_CONSTRAINTS, LINT_ORDER, LINT_COMMIT, LINT_FETCH,
	LINT_RULES
};

/* What a rule is called in findings and options. */
const char *lint_rule_name(enum lint_rule rule);

/* What it demands, as one line of text. */
const char *lint_rule_meaning(enum lint_rule rule);

/* The rule of this name, or LINT_RULES. */
enum lint_rule lint_rule_find(const char *name);

#endif
