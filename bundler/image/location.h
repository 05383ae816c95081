/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_LOCATION_H
#define BUNDLER_IMAGE_LOCATION_H

#include <stdbool.h>

#include "base/error.h"
#include "base/pool.h"

/* The place of an image or a tree, written as in container tools (containers-transports(5)). */

enum location_kind {
	LOCATION_DIRECTORY,	/* dir:PATH, a root file system */
	LOCATION_TAR,		/* tar:PATH, one as docker export writes it */
	LOCATION_OCI,		/* oci:PATH[:TAG], an image layout */
	LOCATION_OCI_ARCHIVE,	/* oci-archive:PATH[:TAG], one in a tar */
	LOCATION_DOCKER_ARCHIVE	/* docker-archive:PATH[:TAG], as docker save writes it */
};

struct location {
	enum location_kind kind;
	char *path;
	char *tag;		/* or "name:tag", to read; NULL when there is none */
	bool standard;		/* an archive with the path "-": standard input or output */
	bool open;		/* to read: fd, the caller's, is read, and path is only its name */
	int fd;
};

/*
 * Reads a place; its strings are in pool. A path cannot contain a colon. The tag must be a tag or a
 * reference (reference.h). Only an archive can be "-". STATUS_USAGE.
 */
int location_parse(struct location *place, struct pool *pool, const char *text, struct error *err);

#endif
