/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_MEDIA_H
#define BUNDLER_IMAGE_MEDIA_H

#include <stdbool.h>

#include "base/format.h"

/* The media types of images: those of OCI (image-spec media-types.md) and of Docker. */

enum media_kind { MEDIA_OTHER, MEDIA_INDEX, MEDIA_MANIFEST, MEDIA_CONFIG, MEDIA_LAYER };

struct media {
	const char *name;
	enum media_kind kind;
	enum compression compression;	/* of a layer */
	bool oci;				/* else one of Docker's */
	bool foreign;				/* a layer that need not be in a layout */
};

/* The row of a media type; for an unknown one, a row of kind MEDIA_OTHER. */
const struct media *media_find(const char *name);

#define MEDIA_HEAD_BYTES 4	/* by which media_compression decides */

/* How a layer or an archive of images that begins with so many bytes is compressed. */
enum compression media_compression(const unsigned char *head);

#endif
