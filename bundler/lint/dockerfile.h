/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_DOCKERFILE_H
#define BUNDLER_LINT_DOCKERFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/pool.h"
#include "lint/architecture.h"
#include "lint/containerfile.h"
#include "lint/shell.h"

/* What one Dockerfile says, as far as rules look at it. Variables are put in. */

/* A value and the line it stands on; text is NULL when there is none. */
struct lint_text {
	const char *text;
	size_t line;
};

struct lint_list {
	struct lint_list *next;
	struct lint_text item;
};

/* An arm of a case over architectures. */
struct lint_arm {
	struct lint_arm *next;
	const struct architecture_tool *tool;
	const struct shell_word *patterns;
	size_t *pattern_lines;		/* one for each pattern */
	size_t line;
	bool others;			/* it is the one for everything else: "*" */
	bool sets;			/* it has assignments, so it stands for a download */
	struct lint_text hash;		/* what it assigns to a name that a hash has */
};

/* A file that is downloaded. */
struct lint_asset {
	struct lint_asset *next;
	const char *name;		/* last part of the URL */
	const char *url;
	size_t line;
	const struct lint_arm *arm;	/* that chooses it, or NULL */
	struct lint_text hash;
};

struct lint_dockerfile {
	const char *path;		/* of the file, in the tree */
	struct containerfile file;
	struct lint_text base;		/* of the last stage */
	struct lint_list *images;	/* named by FROM or copied from, no stages */
	struct lint_list *copied;	/* those of them that are copied from */
	struct lint_list *versions;	/* values of variables that are versions */
	struct lint_arm *arms;
	struct lint_asset *assets;
	struct lint_list *hashes;	/* values of variables that hashes have by their name */
	size_t arm_count, asset_count;
	bool excess;			/* there are more than limits.h lets be looked at */
	bool checks;			/* a command compares hashes */
	struct lint_text ports;		/* what EXPOSE has, sorted, with blanks between */
	struct lint_text program;	/* what is started, with arguments, without directories */
	struct lint_text script;	/* the entry point, when it is a file of the context */
	struct pool pool;
};

/* Reads a Dockerfile; lint_dockerfile_free afterwards. Its fault is for the caller to tell. */
void lint_dockerfile_read(struct lint_dockerfile *image, const char *path,
			  const struct buffer *text);
void lint_dockerfile_free(struct lint_dockerfile *image);

#endif
