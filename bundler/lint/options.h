/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_OPTIONS_H
#define BUNDLER_LINT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lint/rule.h"

/* What a tree of Dockerfiles is held against besides itself, and what does not count. */
struct lint_options {
	const char *library;	/* library file instead of those in the tree, or NULL */
	const char *const *sums;	/* SHA256SUMS files of releases in the tree */
	size_t sums_count;
	const char *lock;	/* whose version's assets are compared with it, or NULL */
	const char *branch;	/* that the tree's commits are on, or NULL when not known */
	const char *today;	/* "YYYY-MM-DD", for what is accepted for a time only */
	bool ignored[LINT_RULES];
};

#endif
