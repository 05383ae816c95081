/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_FETCH_H
#define BUNDLER_FETCH_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "fetch/event.h"
#include "fetch/proxy.h"
#include "fetch/redirect.h"

/*
 * Release archives by digest: from the cache, else from the mirrors and the origin in turn.
 * Nothing that fails its digest gets a name or is handed out, whoever sent it.
 */

struct fetch_asset {
	const char *name;	/* the release asset, for mirrors */
	const char *url;	/* the origin: https, http or file */
	struct digest digest;
	uint64_t size;		/* bytes; 0: not known, then at most LIMIT_ARCHIVE_BYTES */
};

struct fetch_options {
	const char *cache;			/* directory, made with its parents when needed */
	const char *const *mirrors;		/* URLs with "{asset}", or to append its name to */
	size_t mirror_count;
	int ca_directory;			/* ca_file is below this descriptor, or AT_FDCWD */
	const char *ca_file;			/* read when the first https connection needs it */
	struct proxies proxies;
	bool offline;				/* cache and file URLs only */
	unsigned stall_seconds, total_seconds;	/* per source; 0: what limits.h says */
	struct event_sink events;
};

/* What all downloads of a run share; threads may use one at the same time. */
struct fetch {
	struct fetch_options options;
	struct redirect client;
};

/*
 * Keeps the options' pointers, which must outlive fetch. STATUS_USAGE for a mirror or proxy that
 * is none.
 */
int fetch_init(struct fetch *fetch, const struct fetch_options *options, struct error *err);
void fetch_free(struct fetch *fetch);

/*
 * Opens the archive that has the asset's digest: *fd is read-only, at 0, closed by the caller,
 * and what it reads has just been hashed; *size is its length in bytes. Of several sources that
 * failed the error tells about the gravest: a wrong digest or size (STATUS_DIGEST) first, then
 * STATUS_TLS, STATUS_LIMIT, STATUS_HTTP, STATUS_FILE, and STATUS_NETWORK only if no source
 * could be reached.
 */
int fetch_open(struct fetch *fetch, const struct fetch_asset *asset, int *fd, uint64_t *size,
	       struct error *err);

/*
 * Adds a document whose digest nobody knows to buffer, at most its maximum: over https or from
 * a file only. Neither cache nor mirrors are looked at.
 */
int fetch_document(struct fetch *fetch, const char *url, struct buffer *buffer, struct error *err);

#endif
