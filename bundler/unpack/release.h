/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_RELEASE_H
#define BUNDLER_UNPACK_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/error.h"

/* A file that is wanted out of a release archive. */
struct release_member {
	const char *name;		/* exact, as the archive writes it; the caller's */
	struct content content;		/* out: its bytes; content_free by the caller */
	bool found;			/* out */
};

/*
 * Reads the verified archive in descriptor fd, size bytes long, from its current position, and
 * takes the wanted members out of it; format is "tar.gz" or "zip", nothing else is tried. Large
 * contents are kept in unnamed files on the file system of directory. name is for messages. No name
 * in the archive is used as a path. The only user of libarchive's readers.
 *
 * STATUS_ARCHIVE when a member is missing, is there twice or is not a plain file, or when the
 * archive is damaged, truncated, followed by something or of another format; STATUS_LIMIT when it
 * unpacks to more than limits.h allows. Members that were taken before a failure are freed.
 */
int release_read(int fd, uint64_t size, const char *format, const char *name, int directory,
		 struct release_member *members, size_t count, struct error *err);

#endif
