/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_PARTIAL_H
#define BUNDLER_FETCH_PARTIAL_H

#include <stdint.h>

#include "fetch/cache.h"

/*
 * A download under way: partial/<digits of the wanted digest> in the cache, locked (flock(2))
 * while somebody works on it, and beside it <digits>.from, a note of where the bytes come from,
 * for If-Range. Cut off at any moment it can be gone on with; its bytes get no other name until
 * their digest is right.
 */
struct partial {
	const struct cache *cache;
	struct digest wanted;
	int directory;			/* descriptor of partial/ */
	int fd;
	char name[DIGEST_HEX_BYTES];
	char *path;			/* for messages */
	uint64_t length;		/* bytes so far; the last may be on their way to the file */
	struct digest_state state;	/* of the bytes that are in the file */
	struct channel *channel;	/* to the thread that writes and hashes, or NULL */
	bool published;			/* it has another name now */
};

/*
 * Takes the partial of a digest: 0, or 1 when another process or thread has it, or -1 with
 * STATUS_FILE, STATUS_INTERRUPTED. What is there is hashed; what cannot be a beginning of the
 * archive (more than maximum bytes, no file of ours) is thrown away.
 */
int partial_open(struct partial *partial, const struct cache *cache, const struct digest *wanted,
		 uint64_t maximum, struct error *err);

/* Lets go of it. An empty one is removed, any other stays to be gone on with. */
void partial_close(struct partial *partial);

/*
 * Appends bytes. They are written and hashed in a thread of their own, so that a failure
 * (STATUS_FILE) may show later, in partial_settle at the latest.
 */
int partial_add(struct partial *partial, const void *bytes, size_t length, struct error *err);

/* Waits until all is written and hashed. STATUS_FILE. */
int partial_settle(struct partial *partial, struct error *err);

/* Whether the bytes of a settled partial have the wanted digest. */
bool partial_is_right(const struct partial *partial);

/* Throws away what is there. STATUS_FILE. */
int partial_reset(struct partial *partial, struct error *err);

/*
 * Notes that the bytes come from source (a URL) under validator, or NULL. A note that fails is
 * none.
 */
void partial_note(struct partial *partial, const char *source, const char *validator);

/* The validator noted for source, that the caller frees, or NULL. */
char *partial_validator(const struct partial *partial, const char *source);

/*
 * When the bytes of the settled partial have the wanted digest (else STATUS_DIGEST, and nothing
 * changes): flushes them and gives them their name. *fd is the archive, open for reading at 0,
 * closed by the caller; the partial is then only to be closed. STATUS_FILE.
 */
int partial_publish(struct partial *partial, int *fd, struct error *err);

#endif
