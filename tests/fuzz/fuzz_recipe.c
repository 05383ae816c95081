/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe is refused, or what its templates stand for is what it was checked to be. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "recipe/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expand(const struct recipe *recipe, const struct platform *platform)
{
	struct pool pool = { 0 };
	struct error err;

	for (size_t i = 0; i < recipe->release_count; i++) {
		const struct recipe_release *release = &recipe->releases[i];

		if (recipe_format(release, platform)
		    && (!recipe_url(release, platform, &pool, &err)
			|| !recipe_sums(release, platform, &pool, &err)
			|| !recipe_expand_of(release, platform, &pool, release->wrapper, &err)))
			abort();
	}
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		const char *path = recipe_expand(recipe, platform, &pool, entry->path, &err);

		if (entry->os && strcmp(entry->os, platform->os) != 0)
			continue;
		if (!path || path_fault(path))
			abort();
		if (entry->source == RECIPE_FILE && path_beneath_fault(entry->argument))
			abort();
	}
	pool_free(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recipe recipe;
	struct buffer text;
	struct error err;

	buffer_init(&text, LIMIT_RECIPE_BYTES);
	if (buffer_add(&text, data, size) == 0
	    && recipe_load_text(&recipe, "fuzz", &text, &err) == 0) {
		for (size_t i = 0; i < recipe.platform_count; i++)
			expand(&recipe, recipe.platforms[i]);
		recipe_close(&recipe);
	}
	buffer_free(&text);
	return 0;
}
