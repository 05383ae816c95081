/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_RELEASE_H
#define BUNDLER_UNPACK_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/error.h"

/* A wanted file of a release archive. */
struct release_member {
	const char *name;		/* as the archive writes it behind "./"; the caller's */
	struct content content;		/* out: its bytes; content_free by the caller */
	bool found;			/* out */
};

/*
 * Reads the wanted members of the verified archive in descriptor fd, size bytes long, from its
 * current position. format is "tar.gz" or "zip"; no other is tried. In the format "program" the one
 * member is the whole file. Large contents are kept in unnamed files on the file system of
 * directory. name is for messages. No name in the archive is used as a path. Only this module uses
 * libarchive's readers.
 *
 * STATUS_ARCHIVE when a member is missing, repeated or not a plain file, or when the archive is
 * damaged, truncated, followed by other bytes or of another format; STATUS_LIMIT when it unpacks to
 * more than limits.h allows; STATUS_FILE, STATUS_INTERRUPTED. A failure frees all contents.
 */
int release_read(int fd, uint64_t size, const char *format, const char *name, int directory,
		 struct release_member *members, size_t count, struct error *err);

#endif
