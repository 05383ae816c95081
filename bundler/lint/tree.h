/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_TREE_H
#define BUNDLER_LINT_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/findings.h"
#include "base/pool.h"
#include "lint/dockerfile.h"
#include "lint/library_file.h"
#include "lint/options.h"
#include "lint/presence.h"
#include "recipe/lock.h"
#include "recipe/variant.h"

/* The whole tree that the rules check. */

struct lint_variant {
	const char *name;		/* of the directory */
	const char *path;		/* <version>/<variant> */
	const struct variant_kind *kind;	/* NULL: no variant has this name */
	const char *base;		/* version of the base image that the name has */
	struct lint_dockerfile *files;	/* Dockerfile and Dockerfile.*, sorted */
	size_t count;
	bool nested;			/* a directory in it has a Dockerfile */
	bool script, executable;	/* the entry point of the first is there, and can be run */
};

struct lint_version {
	const char *name;		/* of the directory: 0.25.6; 2.10.x and 2.10: the newest */
	const char *number;		/* the version itself, or NULL when nothing has it */
	struct lint_variant *variants;	/* sorted by name */
	size_t count;
};

struct lint_library {
	const char *path, *name;	/* the file, and the image's name, which is its own */
	struct library_file file;
	/* For each paragraph, whether the tree has the Directory, and the File in it. */
	enum presence *presence;
};

struct lint_sums {
	const char *path;
	const char *version;	/* directory that it is in and for, or NULL for all */
	struct buffer text;
};

struct lint_tree {
	struct lint_version *versions;	/* sorted by name */
	size_t version_count;
	struct lint_library *libraries;
	size_t library_count;
	struct lint_sums *sums;
	size_t sums_count;
	struct lock lock;
	bool has_lock;
	struct pool pool;
};

/* What the rules check, and where they report. */
struct lint {
	const struct lint_options *options;
	struct lint_tree tree;
	struct findings *findings;
};

/* Adds a finding about a line, or 0, of a file, unless its rule is ignored. */
#define lint_add(lint, rule, path, line, ...) \
	((lint)->options->ignored[rule] ? (void)0 \
	 : findings_add_line((lint)->findings, path, line, lint_rule_name(rule), __VA_ARGS__))

/* Reads the tree into lint->tree; lint_tree_free afterwards, also after -1. */
int lint_tree_read(struct lint *lint, const char *directory, struct error *err);
void lint_tree_free(struct lint_tree *tree);

/* As variant_parse, but without other variants such as alpine-slim and alpine3.22-cli. */
const struct variant_kind *lint_tree_kind(const char *name, const char **base);

/* The variant of a version, or NULL. */
const struct lint_variant *lint_tree_variant(const struct lint_version *version, const char *name,
					     size_t length);

/* Whether name may be that of a version's directory: 1.2.3, 1.2.3-RC.1, 1.2.x. */
bool lint_tree_is_version(const char *name);

/* Whether a directory of this name has that version: its own, or one of 1.2.x or 1.2. */
bool lint_tree_matches(const char *directory, const char *version);

/*
 * The SHA-256 that sums or lock have for a version's asset: 1; 0 when nothing is known about the
 * version, -1 when something is, but not about the asset. *source is what knows.
 */
int lint_tree_digest(const struct lint_tree *tree, const struct lint_version *version,
		     const char *asset, struct digest *digest, const char **source);

#endif
