/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_VARIABLES_H
#define BUNDLER_LINT_VARIABLES_H

#include <stddef.h>

#include "base/pool.h"

/*
 * Names with values, and texts in which $NAME or ${NAME} is replaced by one: what Dockerfile and
 * shell (POSIX.1-2017, section 2.6.2) have in common. A zeroed struct variables is empty and ready.
 */

struct variable {
	const struct variable *before;
	const char *name, *value;
};

/* The newest of a name hides older ones; a copy of the struct can be added to by itself. */
struct variables {
	const struct variable *newest;
	size_t count;
};

/* Adds one, unless there are LIMIT_VARIABLES; name and value are not copied. */
void variables_set(struct variables *variables, struct pool *pool, const char *name,
		   const char *value);

/* The value of a name, or NULL. */
const char *variables_find(const struct variables *variables, const char *name);

/*
 * The text with values in the place of names, in pool. ${NAME:-word} and ${NAME-word} are known; \$
 * is a dollar sign. Names without a value and other forms are left unchanged; so is the whole text
 * when it would have more than LIMIT_EXPANDED_BYTES.
 */
const char *variables_expand(const struct variables *variables, struct pool *pool,
			     const char *text);

/* The name at the beginning of what follows a dollar sign, with or without brace, or NULL. */
const char *variables_name(struct pool *pool, const char *text);

#endif
