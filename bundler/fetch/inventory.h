/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_INVENTORY_H
#define BUNDLER_FETCH_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "fetch/cache.h"

/*
 * All that is in a cache, for those who keep it small and whole. What bundler has not written is
 * counted, and neither followed nor removed: names that are no digest, and what is no regular file
 * of ours.
 */

struct inventory_item {
	const char *name;	/* the digits of its digest */
	bool unfinished;	/* a partial, else an entry */
	bool ours;		/* a regular file that only we or root can have written */
	uint64_t size;		/* bytes */
	int64_t used;		/* when it was fetched or last used, in seconds since 1970 */
};

struct inventory {
	const struct cache *cache;
	struct inventory_item *items;	/* what was not used for longest first */
	size_t count;
	size_t others;			/* names that are not listed */
	struct pool pool;
};

/*
 * Lists an open cache, which must outlive the list. An entry that is not ours is listed, because it
 * is in the way. STATUS_FILE, STATUS_LIMIT. Ended with inventory_free.
 */
int inventory_read(struct inventory *inventory, const struct cache *cache, struct error *err);
void inventory_free(struct inventory *inventory);

/* Hashes an entry: as cache_check. Threads may do so at the same time. */
int inventory_verify(const struct inventory *inventory, const struct inventory_item *item,
		     struct error *err);

enum inventory_fate {
	INVENTORY_GONE,		/* it was removed, or would be, or is not there any more */
	INVENTORY_IN_USE	/* another process has it, and it stays */
};

/* Removes an item that is ours, or with pretend only finds out what would become of it. */
int inventory_remove(const struct inventory *inventory, const struct inventory_item *item,
		     bool pretend, struct error *err);

/* Removes an entry of ours if it is still damaged. Another process that fetches it keeps it. */
int inventory_discard(const struct inventory *inventory, const struct inventory_item *item,
		      struct error *err);

/*
 * Removes the notes of partials that are not there any more, if they are older than a time in
 * seconds since 1970.
 */
int inventory_forget(const struct inventory *inventory, int64_t before, struct error *err);

#endif
