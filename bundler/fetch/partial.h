/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_PARTIAL_H
#define BUNDLER_FETCH_PARTIAL_H

#include <stdint.h>

#include "fetch/cache.h"

/*
 * A download under way: partial/<digits of the wanted digest> in the cache, of SHA-256 or SHA-512,
 * locked (flock(2)) while a process works on it, and beside it <digits>.from, a note of the source
 * of the bytes, for If-Range. A download that was cut off at any moment can be continued. Its bytes
 * get no other name until their digest is right.
 */
struct partial {
	const struct cache *cache;
	struct digest wanted;
	const struct digest_sha512 *wanted_sha512;	/* decides in its place, or NULL */
	bool reread;			/* as that of struct fetch_asset */
	int directory;			/* descriptor of partial/ */
	int fd;
	char name[DIGEST_SHA512_HEX_BYTES];
	char *path;			/* for messages */
	uint64_t length;		/* bytes so far; the last may not be in the file yet */
	struct digest_state state;	/* of the bytes that are in the file */
	struct channel *channel;	/* to the thread that writes and hashes, or NULL */
	bool published;			/* it is a cache entry now */
};

/*
 * Takes the partial of a digest, or of a SHA-512 that is not NULL and outlives it: 0, or 1 when
 * another process or thread has it, or -1 with STATUS_FILE, STATUS_INTERRUPTED. Bytes that are
 * already there are hashed. More than maximum bytes, or a file that is not ours, cannot be a
 * beginning of the archive and are removed. Ended with partial_close.
 */
int partial_open(struct partial *partial, const struct cache *cache, const struct digest *wanted,
		 const struct digest_sha512 *sha512, bool reread, uint64_t maximum,
		 struct error *err);

/* Releases the partial. An empty one is removed, any other stays to be continued. */
void partial_close(struct partial *partial);

/*
 * Appends bytes. Another thread writes and hashes them, so a failure (STATUS_FILE) may be reported
 * later, by partial_settle at the latest.
 */
int partial_add(struct partial *partial, const void *bytes, size_t length, struct error *err);

/* Waits until all is written and hashed. STATUS_FILE. */
int partial_settle(struct partial *partial, struct error *err);

/* Whether the bytes of a settled partial have the wanted digest. */
bool partial_is_right(const struct partial *partial);

/* Removes all bytes and the note. STATUS_FILE. */
int partial_reset(struct partial *partial, struct error *err);

/*
 * Notes that the bytes come from source (a URL) with validator (RFC 9110 section 13.1.5). Without a
 * validator (NULL), or when it cannot be written, there is no note.
 */
void partial_note(struct partial *partial, const char *source, const char *validator);

/* Returns the validator noted for source, which the caller frees, or NULL. */
char *partial_validator(const struct partial *partial, const char *source);

/*
 * Flushes the settled partial and makes it the cache entry of its SHA-256, if its bytes have the
 * wanted digest (else STATUS_DIGEST, and nothing changes). *fd is then the archive, open for
 * reading at 0; the caller closes it, and the partial. STATUS_FILE.
 */
int partial_publish(struct partial *partial, int *fd, struct error *err);

#endif
