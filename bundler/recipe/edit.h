/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_EDIT_H
#define BUNDLER_RECIPE_EDIT_H

#include "base/buffer.h"
#include "base/error.h"
#include "recipe/recipe.h"

/*
 * Copies text, from which recipe was loaded, to edited with another version; every other byte stays
 * the same. changed is the recipe loaded from edited; recipe_close frees it. STATUS_CONFIG when the
 * version is not written in one piece, or edited is not a valid recipe.
 */
int recipe_edit_version(const struct recipe *recipe, const struct buffer *text, const char *version,
			struct buffer *edited, struct recipe *changed, struct error *err);

#endif
