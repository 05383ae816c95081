/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_CLOSURE_H
#define BUNDLER_IMAGE_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/platform.h"
#include "image/location.h"
#include "image/walk.h"

/*
 * All that an image of a place consists of, for a copy of it with the same digests. Its documents
 * are read and hashed, other blobs only found: whoever sends or writes them hashes them.
 */

struct closure_item {
	struct descriptor descriptor;	/* digest, size and media type only */
	const struct files_entry *entry;
	bool document;		/* an index or a manifest, else another blob */
	bool referrer;		/* a manifest that has a subject */
	struct digest subject;
	const char *platform;	/* of a manifest, in an index; or NULL */
};

struct closure {
	struct walk walk;
	struct closure_item *items;	/* what something refers to is before it */
	size_t count;
	size_t top;		/* number of what the name leads to; referrers are after it */
	json_t *descriptor;		/* of that one */
	/* While it is made: */
	const struct platform *platform;
	struct image_document index;
	struct closure_entry *entries;
	size_t entry_count;
	struct image_document **lists;	/* of referrers, that index.json has under tags */
	size_t list_count;
	bool referrers, listing;
	bool *taken;			/* by file of the place */
	struct pool pool;
};

/*
 * Finds the image with the place's tag or, without one, the only image. With a platform, only the
 * image for that one. With referrers, also what refers to one of the documents, directly or through
 * others: index.json has it without a name, or in a list under a tag (listing.h). STATUS_ARCHIVE
 * for what is incomplete, malformed or has no manifests; STATUS_USAGE when the image has to be
 * named; STATUS_FILE, STATUS_LIMIT. closure_close in any case.
 */
int closure_open(struct closure *closure, const struct location *place,
		 const struct platform *platform, bool referrers, struct error *err);
void closure_close(struct closure *closure);

/*
 * Reads a document again: closures keep none, since a place may have 64 MiB of them. STATUS_FILE,
 * STATUS_DIGEST if it has changed. document_free in any case.
 */
int closure_read(const struct closure *closure, const struct closure_item *item,
		 struct document *document, struct error *err);

#endif
