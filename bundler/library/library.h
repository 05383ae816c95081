/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_LIBRARY_H
#define BUNDLER_LIBRARY_LIBRARY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/pool.h"
#include "recipe/recipe.h"

/*
 * The library file of Docker Official Images: which commit of which repository the variants of an
 * image are built from, and their tags. Its bytes are those that bashbrew prints for it
 * (`bashbrew cat`, manifest.Manifest2822), so that it never differs in form from what it was.
 */

/* What the recipe does not say. A commit that is not known yet is NULL. */
struct library_source {
	const char *branch;
	const char *commit;
	const char **dist;	/* for each of the library's platforms, the commit of its branch */
};

/*
 * Whether a platform's contents are on a branch of its own: the recipe says so, and it is not
 * built from a base image.
 */
bool library_has_dist(const struct recipe_library *library, const struct platform *platform);

/* The name of the branch that has a platform's contents of scratch, in pool. */
char *library_dist_branch(struct pool *pool, const struct platform *platform);

/* Adds the file's text; all commits have to be known. */
int library_format(const struct recipe *recipe, const struct library_source *source,
		   struct buffer *text, struct error *err);

/* Fills in the commits that are not known yet from a text of library_format, in pool. */
void library_read_commits(const struct recipe *recipe, const char *text, struct pool *pool,
			  struct library_source *source);

#endif
