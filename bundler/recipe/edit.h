/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_EDIT_H
#define BUNDLER_RECIPE_EDIT_H

#include "base/buffer.h"
#include "base/error.h"
#include "recipe/recipe.h"

/*
 * Puts another version into the text of a recipe that was loaded from it: all bytes of edited but
 * those of the version are the text's. changed is the recipe that edited then is, closed by
 * recipe_close. STATUS_CONFIG when the version does not stand there in one piece, or the recipe is
 * none with this version.
 */
int recipe_edit_version(const struct recipe *recipe, const struct buffer *text, const char *version,
			struct buffer *edited, struct recipe *changed, struct error *err);

#endif
