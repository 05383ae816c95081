/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_CACHE_H
#define BUNDLER_FETCH_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"

/*
 * The store of verified archives, by content:
 *
 *	sha256/<64 digits>	complete and flushed, mode 0444
 *	partial/<64 digits>	downloads under way or cut off (partial.h)
 *
 * An entry is trusted no more than a download: it is hashed each time it is opened. Its time is
 * that of its last use, and it is locked (flock(2), shared) while it is used; who removes it takes
 * the lock alone. The directory must belong to the user or to root, and nobody else may be able to
 * write to it. It may be read-only. Processes and threads may share it.
 */

struct cache {
	const char *path;	/* as the user named it; not owned */
	int root;		/* descriptor of the directory, or -1 without one */
	int entries;		/* descriptor of sha256/, or -1 without one */
};

/*
 * Opens the cache at path; the string must outlive it. With create, the directory (mode 0700) and
 * its missing parents are made; without, a missing directory is an empty cache. STATUS_FILE. Ended
 * with cache_close.
 */
int cache_open(struct cache *cache, const char *path, bool create, struct error *err);
void cache_close(struct cache *cache);

/* Fills err where nothing names a cache: STATUS_FILE. Returns -1. */
int cache_refuse(struct error *err);

enum cache_state {
	CACHE_MISS,
	CACHE_HIT,
	CACHE_BAD	/* there is an entry with another content */
};

/*
 * Looks for the archive with a digest. CACHE_HIT: *fd is open for reading at 0, *size bytes have
 * just been hashed through it, and the caller closes it. CACHE_BAD: err is filled (STATUS_DIGEST).
 * -1: STATUS_FILE or STATUS_INTERRUPTED.
 */
int cache_find(const struct cache *cache, const struct digest *digest, int *fd, uint64_t *size,
	       struct error *err);

/*
 * The same without a descriptor, and without a use: the entry's time and locks stay as they are.
 */
int cache_check(const struct cache *cache, const struct digest *digest, struct error *err);

/*
 * Removes a bad entry. The caller must hold the digest's partial, so that nobody publishes a good
 * one meanwhile. STATUS_FILE.
 */
int cache_discard(const struct cache *cache, const struct digest *digest, struct error *err);

/* ---- for partial.c, which owns partial/, and inventory.c ---- */

/*
 * Opens the directory name below the cache's, and makes it first when create says so. A symbolic
 * link is refused, and so is a directory that others own or may write to. *fd is -1 when there is
 * none. STATUS_FILE.
 */
int cache_open_directory(const struct cache *cache, const char *name, bool create, int *fd,
			 struct error *err);

/*
 * Notes that an open entry is used: now, and until it is closed. 0, or 1 when it has just been
 * removed, or -1 with STATUS_INTERRUPTED.
 */
int cache_use(int fd, struct error *err);

/* Whether only this user or root can have written the file that st describes. */
bool cache_is_ours(const struct stat *st);

/*
 * Adds the bytes of fd from its position on to state, at most maximum and one more, by which the
 * caller notices a longer file. path is for messages. STATUS_FILE, STATUS_INTERRUPTED.
 */
int cache_hash(int fd, uint64_t maximum, struct digest_state *state, const char *path,
	       struct error *err);

#endif
