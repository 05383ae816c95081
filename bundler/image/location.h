/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_LOCATION_H
#define BUNDLER_IMAGE_LOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "image/reference.h"

/* The place of an image or a tree, written as in container tools (containers-transports(5)). */

enum location_kind {
	LOCATION_DIRECTORY,	/* dir:PATH, a root file system */
	LOCATION_TAR,		/* tar:PATH, one as docker export writes it */
	LOCATION_OCI,		/* oci:PATH[:TAG], an image layout */
	LOCATION_OCI_ARCHIVE,	/* oci-archive:PATH[:TAG], one in a tar */
	LOCATION_DOCKER_ARCHIVE,	/* docker-archive:PATH[:TAG], as docker save writes it */
	LOCATION_REGISTRY	/* docker://REFERENCE */
};

/* A file that was fetched from a registry, named as in an image layout. */
struct location_file {
	const char *name;
	int fd;			/* -1: it is there, and was not wanted */
	uint64_t size;		/* in bytes; 0 without fd */
};

struct location {
	enum location_kind kind;
	char *path;
	char *tag;		/* or "name:tag", to read; NULL when there is none */
	bool standard;		/* an archive with the path "-": standard input or output */
	bool open;		/* to read: fd, the caller's, is read, and path is only its name */
	int fd;
	/* Of a registry; path is the whole of the place, and there is no tag. */
	struct reference reference;
	const struct location_file *files;	/* to read: the caller's */
	size_t file_count;
};

/*
 * Reads a place; its strings are in pool. A path cannot contain a colon. The tag must be a tag or a
 * reference (reference.h). Only an archive can be "-". STATUS_USAGE.
 */
int location_parse(struct location *place, struct pool *pool, const char *text, struct error *err);

/* What follows the kind of a place that nobody has checked; NULL when text begins with no kind. */
const char *location_path(const char *text);

#endif
