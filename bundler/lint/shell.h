/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_SHELL_H
#define BUNDLER_LINT_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"

/*
 * The assignments and the case commands of a shell script (POSIX.1-2017, chapter 2), from outside.
 * They are read as words; nothing is executed. A text that is no shell script gives nothing useful,
 * but does no harm. Offsets are of the script.
 */

/* A word without its quotes: \$ is a dollar sign, command substitutions are left as they are. */
struct shell_word {
	const struct shell_word *next;
	const char *text;
	size_t offset;
};

struct shell_assignment {
	const struct shell_assignment *next;	/* in the order of the script */
	const char *name, *value;
	size_t offset;
};

/* One arm of a case command: "patterns) assignments and others ;;" */
struct shell_arm {
	struct shell_arm *next;
	const struct shell_word *patterns;
	const struct shell_assignment *assignments;	/* without those of inner arms */
	size_t begin, end;				/* of its commands */
};

struct shell_case {
	struct shell_case *next;
	const char *subject;	/* the word after "case", as a shell_word's text */
	struct shell_arm *arms;
	size_t offset;
};

struct shell_script {
	const struct shell_assignment *assignments;	/* outside of case commands */
	const struct shell_case *cases;			/* in the order in which they begin */
};

/* Everything is in pool. Case commands in more than LIMIT_SHELL_DEPTH others are left out. */
void shell_parse(struct shell_script *script, struct pool *pool, const char *text);

/*
 * The command that a word substitutes, such as "apk --print-arch" of "$(apk --print-arch)": its
 * words with one blank between them. NULL when there is none.
 */
const char *shell_command(struct pool *pool, const char *word);

#endif
