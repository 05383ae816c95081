/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_CONTAINERFILE_H
#define BUNDLER_LINT_CONTAINERFILE_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/pool.h"
#include "lint/lines.h"

/*
 * Dockerfiles ("Dockerfile reference" of Docker's documentation), from outside: instructions with
 * their line numbers. Nothing is executed, and no variable is expanded.
 */

struct containerfile_flag {
	const char *name, *value;	/* --name=value; "" without one */
};

struct containerfile_instruction {
	const char *name;	/* in upper case */
	size_t line;
	struct containerfile_flag *flags;
	size_t flag_count;
	/*
	 * The arguments: continued lines are joined without the comments between them; the lines
	 * of here-documents follow, each after a newline.
	 */
	const char *text;
	struct lines_mark *marks;
	size_t mark_count;
};

struct containerfile {
	struct containerfile_instruction *instructions;
	size_t count, capacity;
	const char *fault;	/* why reading ended before the end, or NULL */
	size_t fault_line;
	char escape;		/* '\\', or that of the directive */
	struct pool pool;
};

/* A text of at most LIMIT_DOCKERFILE_BYTES. containerfile_free afterwards, also with a fault. */
void containerfile_parse(struct containerfile *file, const struct buffer *text);
void containerfile_free(struct containerfile *file);

/* The line number of an offset in an instruction's text. */
size_t containerfile_line(const struct containerfile_instruction *instruction, size_t offset);

/* The value of the first flag of this name, or NULL. */
const char *containerfile_flag(const struct containerfile_instruction *instruction,
			       const char *name);

/* One name with its value, of ENV, ARG or LABEL. */
struct containerfile_pair {
	const char *name;
	const char *value;	/* without quotes; \$ is a dollar sign; NULL for ARG without one */
	size_t line;
};

/* "NAME value", or NAME=value, quoted or not, once or more often. In the containerfile's pool. */
size_t containerfile_pairs(struct containerfile *file,
			   const struct containerfile_instruction *instruction,
			   struct containerfile_pair **pairs);

/* The strings of a JSON array, or else the words between blanks. In the containerfile's pool. */
size_t containerfile_words(struct containerfile *file,
			   const struct containerfile_instruction *instruction,
			   const char ***words);

#endif
