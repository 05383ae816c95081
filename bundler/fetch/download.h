/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_DOWNLOAD_H
#define BUNDLER_FETCH_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/url.h"
#include "fetch/event.h"
#include "fetch/http.h"
#include "fetch/partial.h"

/*
 * Downloads from one source: attempts, pauses between them, and the checks that are possible
 * before the archive is whole.
 */

/* How a source is asked: redirect_get, or what calls it with more in the request. */
typedef int download_get(void *context, const struct url *url, struct http_request *request,
			 struct http_answer *answer, struct error *err);

struct download {
	download_get *get;
	void *context;
	const struct url *source;
	const char *directory;		/* of a mirror of files, for mirror_open; or NULL */
	const char *witness;		/* who states digest and size, such as "the lock" */
	uint64_t size;			/* bytes the archive must have, 0: not known */
	uint64_t maximum;		/* bytes it may have */
	unsigned stall_seconds, total_seconds;
	const struct event_sink *events;
	const char *asset;		/* its name, for events */
};

/*
 * Completes partial from the source: 0 when its digest is right. Otherwise -1, and *local says
 * whether this machine failed (STATUS_FILE, STATUS_INTERRUPTED), so that another source would
 * not help; else STATUS_NETWORK, STATUS_TLS, STATUS_HTTP, STATUS_DIGEST, STATUS_LIMIT or, for a
 * file URL, STATUS_FILE. The bytes of a wrong archive are removed. The bytes of an archive that was
 * cut off stay for the next attempt, source or process.
 */
int download_archive(const struct download *download, struct partial *partial, bool *local,
		     struct error *err);

/*
 * Adds a document to buffer, at most its maximum. A failed attempt empties the buffer.
 * STATUS_NETWORK, STATUS_TLS, STATUS_HTTP, STATUS_LIMIT or STATUS_INTERRUPTED. *absent says after a
 * failure whether the server has no such document (HTTP status 404 or 410).
 */
int download_document(const struct download *download, struct buffer *buffer, bool *absent,
		      struct error *err);

/* When to ask a source again: exponential back-off with jitter, bounded in number and time. */

struct download_retry {
	unsigned attempts;	/* made so far */
	int64_t deadline;	/* of clock.h */
};

/*
 * Returns the pause after a failed attempt in milliseconds, or -1 when there is no other attempt.
 * reached says whether there was a connection; retry_after is the number of seconds that the server
 * asks for (RFC 9110 section 10.2.3), or 0.
 */
int64_t download_pause(struct download_retry *retry, bool reached, uint64_t retry_after);

#endif
