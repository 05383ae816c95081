/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_PLACEHOLDER_H
#define BUNDLER_RECIPE_PLACEHOLDER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/pool.h"

/* One name that a template may write as {name}; a table ends with a NULL name. */
struct placeholder {
	const char *name;
	const char *value;
};

/*
 * The template with each {name} replaced, in pool; NULL and STATUS_CONFIG for a name that is
 * not in the table, an unpaired brace, or a result of more than LIMIT_EXPANDED_BYTES.
 */
char *placeholder_expand(struct pool *pool, const char *template,
			 const struct placeholder *placeholders, struct error *err);

/* Whether the template has a brace; without one, placeholder_expand does not change it. */
bool placeholder_is_in(const char *template);

#endif
