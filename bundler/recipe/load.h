/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_LOAD_H
#define BUNDLER_RECIPE_LOAD_H

#include "base/buffer.h"
#include "base/error.h"
#include "recipe/recipe.h"

/*
 * Reads and checks the recipe in file; recipe_close frees it. Every template is expanded, and the
 * root file system laid out without contents, for each platform, so that all faults of a recipe
 * are found here: STATUS_CONFIG with line and column.
 */
int recipe_load(struct recipe *recipe, const char *file, struct error *err);

/* The same from text. file is for messages; the recipe cannot read other files. */
int recipe_load_text(struct recipe *recipe, const char *file, const struct buffer *text,
		     struct error *err);

#endif
