#ifndef BUNDLER_DOWNLOAD_H
#define BUNDLER_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "client.h"
#include "event.h"
#include "partial.h"
#include "url.h"

/*
 * From one source: attempts, pauses between them, and the checks that can be made before the
 * archive is whole.
 */

struct download {
	struct client *client;
	const struct url *source;
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
 * file URL, STATUS_FILE. Bytes of a wrong archive are thrown away; of an archive that was cut off
 * they stay, for the next attempt, source or process.
 */
int download_archive(const struct download *download, struct partial *partial, bool *local,
		     struct error *err);

/* Adds a document to buffer, at most its maximum, which a failed attempt leaves empty. */
int download_document(const struct download *download, struct buffer *buffer, struct error *err);

#endif
