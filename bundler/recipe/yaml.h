/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_YAML_H
#define BUNDLER_RECIPE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/pool.h"

/*
 * A YAML document read against tables: each mapping has a table of its keys, each key a
 * function that takes its value. Faults carry line and column.
 */

struct yaml {
	const char *name;	/* of the file, for messages */
	struct pool *pool;	/* strings taken from the document go here */
	void *context;		/* the caller's, for its own yaml_take functions */
	const struct buffer *text;	/* that it was loaded from */
	size_t budget;		/* bytes of text that may still be taken */
	yaml_document_t document;
};

/* Stores what node says somewhere in *into. */
typedef int yaml_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err);

/* Why a text is refused, or NULL. */
typedef const char *yaml_rule(const char *text);

struct yaml_key {
	const char *name;	/* NULL ends the table */
	bool required;
	yaml_take *take;	/* NULL for a text, into a char ** */
	yaml_rule *rule;	/* of that text; NULL for any */
	size_t offset;		/* of what is stored, in what yaml_mapping fills */
};

/*
 * Loads the one document in text; name, pool and text stay the caller's and must outlive it;
 * context is the caller's to set. STATUS_CONFIG when the text is not YAML or holds no or several
 * documents.
 */
int yaml_load(struct yaml *yaml, const char *name, struct pool *pool, const struct buffer *text,
	      struct error *err);
void yaml_unload(struct yaml *yaml);

yaml_node_t *yaml_root(struct yaml *yaml);

/* Fills err with the place of node and the text; returns -1. STATUS_CONFIG. */
int yaml_fault(const struct yaml *yaml, const yaml_node_t *node, struct error *err,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Takes every key of a mapping, in the order of the table whatever the file's is, so that a row
 * can rely on those before it; refuses unknown, repeated and missing ones.
 */
int yaml_mapping(struct yaml *yaml, yaml_node_t *node, const struct yaml_key *keys, void *into,
		 struct error *err);

/* Calls take for each item of a sequence, at most LIMIT_RECIPE_ENTRIES. */
int yaml_sequence(struct yaml *yaml, yaml_node_t *node, yaml_take *take, void *into,
		  struct error *err);

/*
 * Takes a sequence of texts into the array *items, which is in pool, and their number into *count.
 * take and rule are for each item, as in a struct yaml_key.
 */
int yaml_list(struct yaml *yaml, yaml_node_t *node, yaml_take *take, yaml_rule *rule,
	      char ***items, size_t *count, struct error *err);

/* Item i of a sequence that has one. */
yaml_node_t *yaml_item(struct yaml *yaml, const yaml_node_t *node, size_t i);

/*
 * Calls take with key and value for each pair of a mapping whose keys are free. Keys are scalars,
 * each met once, and their text is yaml_text(key).
 */
int yaml_pairs(struct yaml *yaml, yaml_node_t *node,
	       int (*take)(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
			   struct error *err),
	       void *into, struct error *err);

/* The text of a scalar node, which belongs to the document. */
const char *yaml_text(const yaml_node_t *node);

/*
 * Where in the document's text that of a scalar begins; -1 when it does not stand there as it is:
 * with escapes, on several lines, in another encoding than UTF-8.
 */
ptrdiff_t yaml_offset(const struct yaml *yaml, const yaml_node_t *node);

/* Whether a scalar stands without quotes, and whether a text may not. */
bool yaml_is_plain(const yaml_node_t *node);
bool yaml_needs_quotes(const char *text);

/* Items of a sequence, pairs of a mapping, 0 for a scalar. */
size_t yaml_count(const yaml_node_t *node);

/* The value of a key of a mapping, or NULL. */
yaml_node_t *yaml_find(struct yaml *yaml, const yaml_node_t *node, const char *key);

/*
 * A scalar that is text, copied to the pool: without NUL bytes and, when it stands without
 * quotes, nothing that YAML reads as null, a boolean or a number (YAML 1.2.2 section 10.3.2).
 * NULL and err for anything else.
 */
char *yaml_string(struct yaml *yaml, const yaml_node_t *node, struct error *err);

/* The same into *into, unless rule refuses it; rule may be NULL. */
int yaml_ruled(struct yaml *yaml, yaml_node_t *node, yaml_rule *rule, char **into,
	       struct error *err);

/* A scalar that says true or false without quotes; into is a bool *. */
yaml_take yaml_take_boolean;

#endif
