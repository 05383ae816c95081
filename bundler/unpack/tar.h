/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_TAR_H
#define BUNDLER_UNPACK_TAR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/pool.h"
#include "unpack/pax.h"

/*
 * Reads tar archives from outside, member by member: ustar and pax (POSIX.1-2017, pax, "EXTENDED
 * DESCRIPTION"), GNU's long names and large numbers. Names are the bytes of the archive, not
 * normalized. What is read at all is what Go's archive/tar reads, which unpacks the layers of
 * images almost everywhere. Archives that it, GNU tar, libarchive and Python's tarfile understand
 * differently are refused: sparse files, sizes of members that are no files, extended headers of
 * several kinds before one member, a missing end, bytes after it, and more.
 */

/* Where the bytes of an archive come from. */
struct tar_source {
	/* Returns the next bytes as gzip_read does. */
	ssize_t (*read)(void *context, const void **bytes, const char **fault);
	/* Skips the next length bytes; -1 when there are fewer. May be NULL. */
	int (*skip)(void *context, uint64_t length);
	void *context;
};

enum tar_type {
	TAR_FILE, TAR_HARD_LINK, TAR_SYMLINK, TAR_CHARACTER, TAR_BLOCK, TAR_DIRECTORY, TAR_FIFO
};

/* What the archive says about a member. The strings are valid until the next call. */
struct tar_member {
	enum tar_type type;
	const char *name;	/* as written: perhaps absolute, with "..", a slash at its end */
	const char *target;	/* of a link, "" of anything else */
	uint32_t mode;		/* permission bits, up to 07777 */
	uint64_t uid, gid;
	uint64_t size;		/* of a file, 0 of anything else */
	uint64_t offset;	/* of its content in the archive */
	int64_t mtime;		/* seconds since 1970 */
	uint32_t nanoseconds;
	uint64_t device_major, device_minor;
	const struct pax_attribute *attributes;
	size_t attribute_count;
};

/* A copy of such a name without "./" before it and slashes behind it, in pool. */
char *tar_name(struct pool *pool, const char *name);

struct tar;

/* Begins to read; the context of source stays the caller's. Ended with tar_close. */
struct tar *tar_open(const struct tar_source *source);
void tar_close(struct tar *tar);

/*
 * Reads the next member: 1, 0 at the end. -1: *fault says why the archive is refused, or is NULL
 * when it cannot be read, with errno set.
 */
int tar_next(struct tar *tar, struct tar_member *member, const char **fault);

/* Returns the next bytes of the member's content as gzip_read does, 0 at the content's end. */
ssize_t tar_read(struct tar *tar, const void **bytes, const char **fault);

#endif
