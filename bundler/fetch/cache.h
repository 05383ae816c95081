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
 * An entry is worth no more than a download: it is hashed again each time it is opened. The
 * directory must belong to the user or to root and be writable by nobody else; it may be
 * read-only. Processes and threads may share it.
 */

struct cache {
	const char *path;	/* as the user named it; not owned */
	int root;		/* descriptor of the directory, -1: there is none */
	int entries;		/* of sha256/, -1: there is none */
};

/*
 * Opens the cache at path, which must outlive it. With create, makes it (mode 0700) and its
 * missing parents; without, one that is not there is an empty one. STATUS_FILE.
 */
int cache_open(struct cache *cache, const char *path, bool create, struct error *err);
void cache_close(struct cache *cache);

enum cache_state {
	CACHE_MISS,
	CACHE_HIT,
	CACHE_BAD	/* there is an entry, but not of that content */
};

/*
 * Looks for the archive with a digest. CACHE_HIT: *fd is open for reading at 0, its *size bytes
 * have been hashed through it, and the caller closes it. CACHE_BAD: err is filled
 * (STATUS_DIGEST). -1: STATUS_FILE or STATUS_INTERRUPTED.
 */
int cache_find(const struct cache *cache, const struct digest *digest, int *fd, uint64_t *size,
	       struct error *err);

/*
 * Removes a bad entry. Only for who holds the digest's partial: nobody publishes meanwhile.
 * STATUS_FILE.
 */
int cache_discard(const struct cache *cache, const struct digest *digest, struct error *err);

/* ---- for partial.c, which keeps the other directory ---- */

/*
 * Opens the directory name below the cache's, making it when create says so; one that is a
 * symbolic link, or that others own or may write to, is refused. *fd is -1 when there is none.
 * STATUS_FILE.
 */
int cache_open_directory(const struct cache *cache, const char *name, bool create, int *fd,
			 struct error *err);

/* Whether only we, or root, can have written what st is about. */
bool cache_is_ours(const struct stat *st);

/*
 * Adds what fd holds from its position on to state, at most maximum bytes and one more. path is
 * for messages. STATUS_FILE, STATUS_INTERRUPTED.
 */
int cache_hash(int fd, uint64_t maximum, struct digest_state *state, const char *path,
	       struct error *err);

#endif
