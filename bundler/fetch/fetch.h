/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_FETCH_H
#define BUNDLER_FETCH_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "fetch/download.h"
#include "fetch/event.h"
#include "fetch/grant.h"
#include "fetch/proxy.h"
#include "fetch/redirect.h"

/*
 * Release archives by digest: from the cache, else from the mirrors and the origin in turn. Bytes
 * that fail their digest get no name and are not handed out, whatever source sent them.
 */

struct fetch_asset {
	const char *name;	/* the release asset, for mirrors */
	const char *url;	/* the origin: https, http or file */
	struct digest digest;
	uint64_t size;		/* bytes; 0: not known, then at most maximum */
	uint64_t maximum;	/* bytes; 0: LIMIT_ARCHIVE_BYTES */
	/*
	 * Whoever reads it hashes it with BearSSL, as those do who read blobs of images: then the
	 * faster SHA-256 is enough to know that it has arrived. In the cache, all are alike.
	 */
	bool reread;
	const char *witness;	/* who states digest and size; NULL: "the lock" */
	download_get *get;	/* how sources are asked; NULL: with grant_get */
	void *context;		/* get's */
};

struct fetch_options {
	const char *cache;			/* directory, made with its parents when needed */
	const char *const *mirrors;		/* URLs with "{asset}", or to append its name to */
	size_t mirror_count;
	int ca_directory;			/* ca_file is below this descriptor, or AT_FDCWD */
	const char *ca_file;			/* read when the first https connection needs it */
	const char *ca_origin;			/* who has chosen it, for events; or NULL */
	struct proxies proxies;
	const char *github_token;		/* for documents of GitHub's API, or NULL */
	struct grants *grants;			/* for all sources, until fetch_end; or NULL */
	bool offline;				/* cache and file URLs only */
	unsigned stall_seconds, total_seconds;	/* per source; 0: the default of limits.h */
	struct event_sink events;
	struct confine *confine;		/* begun, or NULL */
};

/* Shared by all downloads of a run. Threads may use it at the same time. */
struct fetch {
	struct fetch_options options;
	struct redirect client;
	struct fetch_archive *ahead;		/* what fetch_ahead has opened */
	size_t ahead_count;
};

/*
 * Keeps the pointers of options, which must outlive fetch. STATUS_USAGE for a mirror or proxy that
 * cannot be used, STATUS_LIMIT for too many mirrors. Ended with fetch_free.
 */
int fetch_init(struct fetch *fetch, const struct fetch_options *options, struct error *err);
void fetch_free(struct fetch *fetch);

/*
 * Confines the process to what fetching these assets and documents may use
 * (confine_network). What else is read and written has been listed. For assets the cache is made,
 * when they may be downloaded; with maybe, one that cannot be made is no error yet. Before the
 * first thread. Errors as for confine_network, STATUS_FILE for the cache.
 */
int fetch_begin(struct fetch *fetch, const struct fetch_asset *assets, size_t count, bool maybe,
		const char *const *documents, size_t document_count, struct error *err);

/*
 * Opens all of these archives, each in a job: fetch_open hands out what was opened, each once.
 * Errors as for fetch_open.
 */
int fetch_ahead(struct fetch *fetch, const struct fetch_asset *assets, size_t count,
		struct error *err);

/* Gives up the network, and with it the sources, their grants and the cache: confine_reading. */
int fetch_end(struct fetch *fetch, struct error *err);

/*
 * As fetch_ahead with descriptors, of archives of these assets and sizes, that another process has
 * opened so; fetch closes them.
 */
void fetch_adopt(struct fetch *fetch, const struct fetch_asset *assets, const int *fds,
		 const uint64_t *sizes, size_t count);

/* Bytes of the archive that fetch_ahead opened as this number. */
uint64_t fetch_size(const struct fetch *fetch, size_t number);

/*
 * Opens the archive that has the asset's digest: *fd is read-only and at 0, its *size bytes have
 * just been hashed, and the caller closes it. When several sources fail, the error is that of the
 * gravest failure: a wrong digest or size (STATUS_DIGEST) first, then STATUS_TLS, STATUS_LIMIT,
 * STATUS_HTTP, STATUS_FILE, and STATUS_NETWORK only if no source could be reached.
 */
int fetch_open(struct fetch *fetch, const struct fetch_asset *asset, int *fd, uint64_t *size,
	       struct error *err);

/*
 * Fetches the archive that has the SHA-512, and fills the asset's digest and size, with which
 * fetch_open then finds it in the cache. The asset's digest so far is a guess, all zero without
 * one: a cached archive of this digest is used if its SHA-512 is right. Errors as for fetch_open.
 */
int fetch_learn(struct fetch *fetch, struct fetch_asset *asset, const struct digest_sha512 *sha512,
		struct error *err);

/*
 * Adds a document without a known digest to buffer, at most its maximum: over https or from a file
 * only. Cache and mirrors are not used. Errors as for download_document, STATUS_CONFIG for a URL
 * that is refused, STATUS_FILE for a file that cannot be read. *absent says after a failure whether
 * there is no such document or file.
 */
int fetch_document(struct fetch *fetch, const char *url, struct buffer *buffer, bool *absent,
		   struct error *err);

#endif
