/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_MIRROR_H
#define BUNDLER_FETCH_MIRROR_H

#include "base/url.h"

/*
 * Mirrors, as users name them: a URL, or the absolute path of a directory. The name of an asset
 * replaces "{asset}", or is appended.
 */

/* A place that has an asset. */
struct mirror_source {
	struct url url;
	char *directory;	/* of a mirror of files, which no link may leave; or NULL */
};

/* Fills the asset's source at a mirror and returns NULL, or why the mirror is refused. */
const char *mirror_find(struct mirror_source *source, const char *mirror, const char *asset);

void mirror_source_free(struct mirror_source *source);

/*
 * Opens the file of a source with a directory for reading: a regular file or another one, which the
 * caller checks. path is that of its URL. Returns a descriptor, which the caller closes, or -1 with
 * errno set: EXDEV for a link that leads out of the directory.
 */
int mirror_open(const char *directory, const char *path);

#endif
