/* SPDX-License-Identifier: Apache-2.0 */
/* What all images have in common, wherever they come from. */
#include "image/image.h"

#include "base/platform.h"

const char *image_platform(struct pool *pool, const char *os, const char *architecture,
			   const char *variant)
{
	const char *name = pool_format(pool, "%s/%s%s%s", os, architecture, *variant ? "/" : "",
				       variant);
	struct error ignored;
	const struct platform *platform = platform_find(name, &ignored);

	return platform ? platform->name : name;
}

void image_free(struct image *image)
{
	document_free(&image->manifest.json);
	document_free(&image->config.json);
	tree_free(&image->tree);
	pool_free(&image->pool);
}
