/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses and pairs images by platform. */
#include "audit/pairs.h"

#include <string.h>

#include "base/memory.h"

static bool is_chosen(const char *name, const struct platform *const *platforms, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(platforms[i]->name, name) == 0)
			return true;
	return false;
}

bool pairs_have(const struct observe_images *images, const struct platform *platform)
{
	for (size_t i = 0; i < images->count; i++)
		if (is_chosen(images->items[i].platform, &platform, 1))
			return true;
	return false;
}

void pairs_choose(struct observe_images *images, const struct platform *const *platforms,
		  size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < images->count; i++) {
		if (is_chosen(images->items[i].platform, platforms, count))
			images->items[kept++] = images->items[i];
		else
			image_free(&images->items[i]);
	}
	images->partial = images->partial || kept < images->count;
	images->count = kept;
}

static bool is_paired(const struct pair *pairs, size_t count, const struct image *found)
{
	for (size_t i = 0; i < count; i++)
		if (pairs[i].found == found)
			return true;
	return false;
}

/* The first image for the platform that has no counterpart yet, and this digest, if it is said. */
static struct image *find(const struct observe_images *found, const struct pair *pairs,
			  size_t count, const struct image *expected, bool digest)
{
	for (size_t j = 0; j < found->count; j++) {
		struct image *image = &found->items[j];

		if (strcmp(image->platform, expected->platform) == 0
		    && !is_paired(pairs, count, image)
		    && (!digest || (image->has_manifest && expected->has_manifest
				    && digest_equal(&image->manifest.digest,
						    &expected->manifest.digest))))
			return image;
	}
	return NULL;
}

struct pair *pairs_match(const struct observe_images *expected, const struct observe_images *found,
			 size_t *count)
{
	struct pair *pairs = memory_new(expected->count + found->count, sizeof *pairs);

	*count = expected->count;
	for (size_t i = 0; i < expected->count; i++)
		pairs[i].expected = &expected->items[i];
	/* Those that are the same are pairs, before others for the same platform become some. */
	for (unsigned digest = 2; digest-- > 0;)
		for (size_t i = 0; i < expected->count; i++)
			if (!pairs[i].found)
				pairs[i].found = find(found, pairs, expected->count,
						      pairs[i].expected, digest);
	for (size_t j = 0; j < found->count; j++)
		if (!is_paired(pairs, *count, &found->items[j]))
			pairs[(*count)++].found = &found->items[j];
	return pairs;
}
