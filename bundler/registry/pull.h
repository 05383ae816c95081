/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_PULL_H
#define BUNDLER_REGISTRY_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/platform.h"
#include "base/pool.h"
#include "image/location.h"

/*
 * What a registry has under a reference, as the files of an image layout (distribution-spec,
 * "Pull"). This reads documents of strangers and has no network: it asks whoever has one, and
 * checks every answer.
 */

enum pull_kind {
	PULL_NAMED,	/* the manifest that the reference names */
	PULL_MANIFEST,	/* the one with the digest */
	PULL_BLOB,
	PULL_LIST,	/* the lists of what refers to the digest, with a NUL between two */
	PULL_SIGNATURES	/* the manifest of cosign's signatures of the digest, or nothing */
};

#define PULL_TYPE_BYTES 128	/* of a media type, with its NUL: the longest known one has 58 */
#define PULL_ITEMS 64		/* in one question */

struct pull_item {
	/* what is asked for */
	enum pull_kind kind;
	struct digest digest;		/* but for PULL_NAMED */
	uint64_t size;			/* of a blob, in bytes */
	/* the answer */
	int fd;
	/* Of a manifest its Content-Type without parameters, "" if a cache had it. */
	char type[PULL_TYPE_BYTES];
};

/* Opens up to PULL_ITEMS items for pull, which closes them; after a failure, none. */
typedef int pull_ask(void *context, struct pull_item *items, size_t count, struct error *err);

enum pull_extent {
	PULL_IMAGES,		/* what is for a platform */
	PULL_ALL,		/* and what is for none, such as attestations in an index */
	PULL_ATTACHED		/* and what refers to any of these: the registry is asked for it */
};

/* What is fetched; of manifests for another platform, those whose entry does not state it. */
struct pull_wanted {
	const struct platform *const *platforms;
	size_t count;		/* 0: all */
	enum pull_extent extent;
};

struct pull {
	struct location_file *files;
	size_t count;
	struct pool pool;
};

/*
 * Fetches what place, of kind docker://, refers to, and points place->files to the result: all
 * blobs, and the tables of a layout, with the tag as the name of what the reference leads to, and
 * after it what refers to it.
 * scratch is a directory for the tables. pull_close in any case, after place was read.
 *
 * Refused are a manifest that is not what was asked for (STATUS_DIGEST), one that is no image's or
 * ambiguous (STATUS_ARCHIVE), and what is too large or too much (STATUS_LIMIT). Whether blobs are
 * what their descriptors say is left to who reads the place. Other errors are those of ask.
 */
int pull_open(struct pull *pull, struct location *place, const struct pull_wanted *wanted,
	      pull_ask *ask, void *context, int scratch, struct error *err);
void pull_close(struct pull *pull);

#endif
