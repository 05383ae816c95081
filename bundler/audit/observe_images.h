/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_IMAGES_H
#define BUNDLER_AUDIT_OBSERVE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "image/document.h"
#include "image/files.h"
#include "image/image.h"
#include "image/location.h"

/*
 * The images of a place, as they are. What a place says of itself and does not keep is noted, and
 * reading goes on as far as it leads: who compares wants to know all that is different.
 */

/* A file that is not what the place says of it. */
struct observe_fault {
	const char *subject;	/* its name in the place */
	const char *stated, *found;
};

/*
 * oci-layout, or a table of contents: index.json, an image index that it leads to, manifest.json.
 */
struct observe_table {
	const char *name;		/* in the place */
	struct document document;	/* root is NULL when there is no such file */
	struct digest digest;
};

struct observe_images {
	const char *place;		/* as the user named it */
	struct files *files;
	struct observe_table layout, index, docker;
	struct observe_table **nested;	/* image indexes that index.json leads to */
	size_t nested_count;
	struct image *items;
	size_t count;
	struct observe_fault *faults;
	size_t fault_count;
	bool *used;			/* of the store's entries: whether something leads there */
	bool partial;			/* some of its images were left out */
	uint64_t budget;		/* bytes that layers may still unpack to */
	struct pool pool;
};

/*
 * Opens a place of a kind that holds images and reads all but their layers; with a tag, only what
 * has that one. STATUS_ARCHIVE when there is no table of contents or no image, or as files_open;
 * observe_images_close in any case.
 */
int observe_images_open(struct observe_images *images, const struct location *place,
			struct error *err);
void observe_images_close(struct observe_images *images);

/* Notes a blob that is not what is stated of it. */
void observe_images_check_blob(struct observe_images *images, const struct files_entry *entry,
			       const struct digest *stated, uint64_t stated_size,
			       const struct digest *digest, uint64_t size);

#endif
