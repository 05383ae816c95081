/* SPDX-License-Identifier: Apache-2.0 */
/* The table of media types. */
#include "image/media.h"

#include <stddef.h>
#include <string.h>

#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."

static const struct media table[] = {
	{ OCI "index.v1+json", MEDIA_INDEX, COMPRESSION_NONE, true, false },
	{ OCI "manifest.v1+json", MEDIA_MANIFEST, COMPRESSION_NONE, true, false },
	{ OCI "config.v1+json", MEDIA_CONFIG, COMPRESSION_NONE, true, false },
	{ OCI "layer.v1.tar", MEDIA_LAYER, COMPRESSION_NONE, true, false },
	{ OCI "layer.v1.tar+gzip", MEDIA_LAYER, COMPRESSION_GZIP, true, false },
	{ OCI "layer.v1.tar+zstd", MEDIA_LAYER, COMPRESSION_ZSTD, true, false },
	{ OCI "layer.nondistributable.v1.tar", MEDIA_LAYER, COMPRESSION_NONE, true, true },
	{ OCI "layer.nondistributable.v1.tar+gzip", MEDIA_LAYER, COMPRESSION_GZIP, true, true },
	{ OCI "layer.nondistributable.v1.tar+zstd", MEDIA_LAYER, COMPRESSION_ZSTD, true, true },
	{ DOCKER "distribution.manifest.list.v2+json", MEDIA_INDEX, COMPRESSION_NONE, false,
	  false },
	{ DOCKER "distribution.manifest.v2+json", MEDIA_MANIFEST, COMPRESSION_NONE, false, false },
	{ DOCKER "container.image.v1+json", MEDIA_CONFIG, COMPRESSION_NONE, false, false },
	{ DOCKER "image.rootfs.diff.tar", MEDIA_LAYER, COMPRESSION_NONE, false, false },
	{ DOCKER "image.rootfs.diff.tar.gzip", MEDIA_LAYER, COMPRESSION_GZIP, false, false },
	{ DOCKER "image.rootfs.diff.tar.zstd", MEDIA_LAYER, COMPRESSION_ZSTD, false, false },
	{ DOCKER "image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER, COMPRESSION_GZIP, false, true },
};

const struct media *media_find(const char *name)
{
	static const struct media other = { "", MEDIA_OTHER, COMPRESSION_NONE, false, false };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return &other;
}

enum compression media_compression(const unsigned char *head)
{
	const struct format *format = format_guess(head, MEDIA_HEAD_BYTES);

	return format && (format->compression == COMPRESSION_GZIP
			  || format->compression == COMPRESSION_ZSTD) ? format->compression
								      : COMPRESSION_NONE;
}
