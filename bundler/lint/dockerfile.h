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

/* One Dockerfile, as far as rules look at it, with variables expanded. */

/* A value and its line; text is NULL when there is none. */
struct lint_text {
	const char *text;
	size_t line;
	unsigned digests;	/* of a hash: the algorithms that its name allows */
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
	bool others;			/* "*": for everything else */
	bool refuses;			/* it only ends the build */
	struct lint_text hash;		/* what it assigns to the name of a hash */
};

/* A file that is downloaded. */
struct lint_asset {
	struct lint_asset *next;
	const char *name;		/* last part of the URL */
	const char *url;
	size_t line;
	const struct lint_arm *arm;	/* the arm that chooses it, or NULL */
	struct lint_text hash;
};

struct lint_dockerfile {
	const char *path;		/* of the file, in the tree */
	struct containerfile source;
	struct lint_text base;		/* of the last stage */
	struct lint_list *images;	/* named by FROM or copied from; not stages */
	struct lint_list *copied;	/* those that are copied from */
	struct lint_list *versions;	/* values of variables that are versions */
	struct lint_arm *arms;
	struct lint_asset *assets;
	struct lint_list *hashes;	/* values of variables that are named as hashes */
	size_t arm_count, asset_count;
	bool excess;			/* some were ignored, by the maxima of limits.h */
	unsigned checks;		/* the algorithms of digests that commands compare */
	bool listed;			/* a file of sums has the digests */
	struct lint_text ports;		/* of EXPOSE: sorted, separated by blanks */
	struct lint_text program;	/* started, with arguments, without directories */
	struct lint_text script;	/* the entry point, if it is a file of the context */
	struct pool pool;
};

/* Reads a Dockerfile; lint_dockerfile_free afterwards. The caller reports source.fault. */
void lint_dockerfile_read(struct lint_dockerfile *file, const char *path,
			  const struct buffer *text);
void lint_dockerfile_free(struct lint_dockerfile *file);

#endif
