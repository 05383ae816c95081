#ifndef BUNDLER_IMAGES_H
#define BUNDLER_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document.h"
#include "error.h"
#include "image.h"
#include "observe.h"
#include "place.h"
#include "platform.h"
#include "pool.h"
#include "store.h"

/*
 * The images of a place, as they are. What a place says of itself and does not keep is noted, and
 * reading goes on as far as it leads: who compares wants to know all that is different.
 */

/* A file that is not what the place says of it. */
struct images_fault {
	const char *subject;	/* its name in the place */
	const char *stated, *found;
};

/*
 * oci-layout, or a table of contents: index.json, an image index that it leads to, manifest.json.
 */
struct images_table {
	const char *name;		/* in the place */
	struct document document;	/* root is NULL when there is no such file */
	struct digest digest;
};

struct images {
	const char *place;		/* as the user named it */
	struct store *store;
	struct images_table layout, index, docker;
	struct images_table **nested;	/* image indexes that index.json leads to */
	size_t nested_count;
	struct image *items;
	size_t count;
	struct images_fault *faults;
	size_t fault_count;
	bool *used;			/* of the store's entries: whether something leads there */
	bool partial;			/* some of its images were left out */
	uint64_t budget;		/* bytes that layers may still unpack to */
	struct pool pool;
};

/*
 * Opens a place of a kind that holds images and reads all but their layers; with a tag, only what
 * has that one. STATUS_ARCHIVE when there is no table of contents or no image, or as store_open;
 * images_close in any case.
 */
int images_open(struct images *images, const struct place *place, struct error *err);
void images_close(struct images *images);

/*
 * Reads the layers of one of the images, for their digests and the tree of all of them; again with
 * a reference, for contents. What is wrong with a layer is its fault. STATUS_FILE, STATUS_LIMIT,
 * STATUS_INTERRUPTED.
 */
int images_read(struct images *images, struct image *image,
		const struct observe_reference *reference, struct error *err);

bool images_have(const struct images *images, const struct platform *platform);

/* Leaves out the images of all platforms but these. */
void images_choose(struct images *images, const struct platform *const *platforms, size_t count);

/* Two images to compare; one that has no counterpart stands alone. */
struct images_pair {
	struct image *expected, *found;
};

/*
 * Pairs the images of two places by platform, in the order of expected and then of found; the
 * caller frees the array.
 */
struct images_pair *images_match(const struct images *expected, const struct images *found,
				 size_t *count);

#endif
