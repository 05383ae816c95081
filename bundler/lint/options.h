/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_OPTIONS_H
#define BUNDLER_LINT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lint/rule.h"

/* What a tree of Dockerfiles is checked against besides itself, and the rules to leave out. */
struct lint_options {
	const char *library;	/* library file instead of those in the tree, or NULL */
	const char *const *sums;	/* SHA256SUMS files of releases in the tree */
	size_t sums_count;
	const char *lock;	/* whose version's assets are compared with it, or NULL */
	const char *branch;	/* of the tree's commits, or NULL when not known */
	const char *today;	/* "YYYY-MM-DD", for base images that are accepted until a day */
	bool ignored[LINT_RULES];
};

#endif
