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
 * Reads a YAML document against tables: each mapping has a table of its keys, each key a function
 * that takes its value. Faults name line and column.
 */

struct yaml {
	const char *name;	/* of the file, for messages */
	struct pool *pool;	/* for strings taken from the document */
	void *context;		/* the caller's, for its own yaml_take functions */
	const struct buffer *text;	/* from which it was loaded */
	size_t budget;		/* bytes of text that may still be taken */
	yaml_document_t document;
};

/* Checks node and stores its value in *into. */
typedef int yaml_take(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err);

/* Why a text is refused, or NULL. */
typedef const char *yaml_rule(const char *text);

struct yaml_key {
	const char *name;	/* NULL ends the table */
	bool required;
	yaml_take *take;	/* NULL for a text, stored as char * */
	yaml_rule *rule;	/* for that text; NULL for any */
	size_t offset;		/* of the value, in the struct that yaml_mapping fills */
};

/*
 * Loads the document in text. name, pool and text must outlive it; the caller sets context, and
 * frees with yaml_unload. STATUS_CONFIG unless the text is one YAML document.
 */
int yaml_load(struct yaml *yaml, const char *name, struct pool *pool, const struct buffer *text,
	      struct error *err);
void yaml_unload(struct yaml *yaml);

yaml_node_t *yaml_root(struct yaml *yaml);

/* Sets err, with STATUS_CONFIG, to the position of node and the message; returns -1. */
int yaml_fault(const struct yaml *yaml, const yaml_node_t *node, struct error *err,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Takes the keys of a mapping in the order of the table, whatever their order in the file, so that
 * a row can rely on those before it. Unknown, repeated and missing keys are refused.
 */
int yaml_mapping(struct yaml *yaml, yaml_node_t *node, const struct yaml_key *keys, void *into,
		 struct error *err);

/* Calls take for each item of a sequence, at most LIMIT_RECIPE_ENTRIES. */
int yaml_sequence(struct yaml *yaml, yaml_node_t *node, yaml_take *take, void *into,
		  struct error *err);

/*
 * Takes a sequence of texts into *items, an array in yaml->pool, and their number into *count. take
 * and rule are for each item, as in struct yaml_key.
 */
int yaml_list(struct yaml *yaml, yaml_node_t *node, yaml_take *take, yaml_rule *rule,
	      char ***items, size_t *count, struct error *err);

/* Item i of a sequence; i is less than yaml_count. */
yaml_node_t *yaml_item(struct yaml *yaml, const yaml_node_t *node, size_t i);

/*
 * Calls take with key and value for each pair of a mapping with any keys. Keys that are not text,
 * or repeated, are refused; yaml_text(key) is the key.
 */
int yaml_pairs(struct yaml *yaml, yaml_node_t *node,
	       int (*take)(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
			   struct error *err),
	       void *into, struct error *err);

/* The text of a scalar node, owned by the document. */
const char *yaml_text(const yaml_node_t *node);

/*
 * The offset of a scalar's text in the document's text, in bytes; -1 when it is not written
 * verbatim: with escapes, on several lines, not in UTF-8.
 */
ptrdiff_t yaml_offset(const struct yaml *yaml, const yaml_node_t *node);

/* Whether a node is an unquoted scalar, and whether a text must be quoted to be read as text. */
bool yaml_is_plain(const yaml_node_t *node);
bool yaml_needs_quotes(const char *text);

/* Items of a sequence, pairs of a mapping, 0 for a scalar. */
size_t yaml_count(const yaml_node_t *node);

/* The value of a key of a mapping, or NULL. */
yaml_node_t *yaml_find(struct yaml *yaml, const yaml_node_t *node, const char *key);

/*
 * A copy, in yaml->pool, of a scalar that is text: it has no NUL bytes and, if it is unquoted, is
 * not null, a boolean or a number to YAML (YAML 1.2.2 section 10.3.2). Otherwise NULL and err.
 */
char *yaml_string(struct yaml *yaml, const yaml_node_t *node, struct error *err);

/* The same into *into, unless rule refuses it; rule may be NULL. */
int yaml_ruled(struct yaml *yaml, yaml_node_t *node, yaml_rule *rule, char **into,
	       struct error *err);

/* Takes an unquoted true or false; into is a bool *. */
yaml_take yaml_take_boolean;

#endif
