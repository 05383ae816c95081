/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_IMAGES_H
#define BUNDLER_AUDIT_OBSERVE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/observe.h"
#include "base/error.h"
#include "base/pool.h"
#include "image/image.h"
#include "image/location.h"
#include "image/walk.h"

/*
 * The images of a place, as they are. What a place says of itself and does not keep is noted, and
 * reading goes on as far as it leads: a comparison has to report all that is different.
 */

/* A file that is not what the place says of it. */
struct observe_fault {
	const char *subject;	/* its name in the place */
	const char *stated, *found;
	bool referrer;		/* it belongs to a manifest that is no image */
};

/* A further name of an image, or a manifest that is no image. */
struct observe_extra {
	bool referrer;
	const char *subject;	/* its digest */
	const char *what;	/* the name, or what the manifest is */
};

struct observe_images {
	/* Tables of contents; json is empty without one. */
	struct image_document layout, index, docker;
	struct image_document **nested;	/* image indexes that index.json leads to */
	size_t nested_count;
	struct image_document **lists;	/* of referrers, that a layout has under tags */
	size_t list_count;
	struct image *items;
	size_t count;
	struct pool pool;
	/* Of images that were built all below is 0. */
	struct walk walk;
	const char *tag;		/* only images with it are meant; or NULL */
	bool partial;			/* some of its images were left out */
	bool registry;			/* the place has no tables of contents: these were made */
	struct observe_fault *faults;
	size_t fault_count;
	struct observe_extra *extras;
	size_t extra_count;
	uint64_t budget;		/* bytes that layers may still unpack to */
	struct observe_sizes sizes;	/* of the other images' trees, while one is read */
};

/*
 * Opens a place of a kind that holds images and reads all but their layers; with a tag, only what
 * has that one. An image that is there under several names is one image. What no engine would
 * choose is none, such as BuildKit's attestations and signatures: it is for the platform
 * "unknown/unknown", or for none and without an image's configuration or layers.
 *
 * STATUS_ARCHIVE when there is no table of contents or no image, or when a tag is on different
 * images for one platform, or as files_open; observe_images_close in any case. Neither place nor
 * images may be moved in between.
 */
int observe_images_open(struct observe_images *images, const struct location *place,
			struct error *err);
void observe_images_close(struct observe_images *images);

#endif
