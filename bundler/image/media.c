/* SPDX-License-Identifier: Apache-2.0 */
/* The table of media types. */
#include "image/media.h"

#include <stddef.h>
#include <string.h>

#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."

static const struct media table[] = {
	{ OCI "index.v1+json", MEDIA_INDEX, MEDIA_PLAIN, true, false },
	{ OCI "manifest.v1+json", MEDIA_MANIFEST, MEDIA_PLAIN, true, false },
	{ OCI "config.v1+json", MEDIA_CONFIG, MEDIA_PLAIN, true, false },
	{ OCI "layer.v1.tar", MEDIA_LAYER, MEDIA_PLAIN, true, false },
	{ OCI "layer.v1.tar+gzip", MEDIA_LAYER, MEDIA_GZIP, true, false },
	{ OCI "layer.v1.tar+zstd", MEDIA_LAYER, MEDIA_ZSTD, true, false },
	{ OCI "layer.nondistributable.v1.tar", MEDIA_LAYER, MEDIA_PLAIN, true, true },
	{ OCI "layer.nondistributable.v1.tar+gzip", MEDIA_LAYER, MEDIA_GZIP, true, true },
	{ OCI "layer.nondistributable.v1.tar+zstd", MEDIA_LAYER, MEDIA_ZSTD, true, true },
	{ DOCKER "distribution.manifest.list.v2+json", MEDIA_INDEX, MEDIA_PLAIN, false, false },
	{ DOCKER "distribution.manifest.v2+json", MEDIA_MANIFEST, MEDIA_PLAIN, false, false },
	{ DOCKER "container.image.v1+json", MEDIA_CONFIG, MEDIA_PLAIN, false, false },
	{ DOCKER "image.rootfs.diff.tar", MEDIA_LAYER, MEDIA_PLAIN, false, false },
	{ DOCKER "image.rootfs.diff.tar.gzip", MEDIA_LAYER, MEDIA_GZIP, false, false },
	{ DOCKER "image.rootfs.diff.tar.zstd", MEDIA_LAYER, MEDIA_ZSTD, false, false },
	{ DOCKER "image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER, MEDIA_GZIP, false, true },
};

const struct media *media_find(const char *name)
{
	static const struct media other = { "", MEDIA_OTHER, MEDIA_PLAIN, false, false };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return &other;
}
