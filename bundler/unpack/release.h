/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_RELEASE_H
#define BUNDLER_UNPACK_RELEASE_H

#include <stdint.h>

#include "base/error.h"
#include "base/format.h"
#include "unpack/members.h"

/*
 * Reads the wanted members of the verified archive in descriptor fd, size bytes long, from its
 * current position, which is its beginning. Only the format is tried. Where that is a program, the
 * members are all that the file unpacks to. Links that are followed need a second pass. Large
 * contents are kept in unnamed files on the file system of directory. name is for messages. No name
 * in the archive is used as a path. Only this module uses libarchive's readers.
 *
 * Whatever the result, the caller frees members. STATUS_ARCHIVE when a member is missing, repeated
 * or not a plain file, or a directory has none, or when the archive is damaged, truncated, followed
 * by other bytes or of another format; STATUS_LIMIT when it has, unpacks to or needs more than
 * limits.h allows; STATUS_FILE, STATUS_INTERRUPTED.
 */
int release_read(int fd, uint64_t size, const struct format *format, const char *name,
		 int directory, struct members *members, struct error *err);

/*
 * Visits each plain file of such an archive, in its order, with its name as the archive writes it
 * behind "./"; the asset itself has the name "". The content is the visitor's while it is called.
 * What is named twice is visited twice. Errors as for release_read, and those of visit.
 */
typedef int release_visit(void *context, const char *name, const struct content *content,
			  struct error *err);
int release_each(int fd, uint64_t size, const struct format *format, const char *name,
		 int directory, release_visit *visit, void *context, struct error *err);

#endif
