/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_REFERENCE_H
#define BUNDLER_IMAGE_REFERENCE_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/pool.h"

/*
 * Names of images (distribution-spec, "Pulling manifests"; the grammar of distribution's
 * reference).
 */

/* An image in a registry, "[host[:port]/]repository[:tag][@sha256:digits]"; strings in a pool. */
struct reference {
	const char *text;	/* as it was written */
	char *host;		/* lower case, an IPv6 address in its brackets; docker.io if none */
	unsigned port;		/* 0: the scheme's */
	char *repository;	/* with "library/", where docker.io wants it */
	char *tag;		/* "latest" with neither tag nor digest; NULL with a digest alone */
	bool has_digest;
	struct digest digest;
};

/*
 * Fills reference and returns NULL, or why text is refused. The first component is the host if it
 * has a dot, a colon or capitals, or is localhost; index.docker.io is docker.io, as in docker.
 */
const char *reference_parse(struct reference *reference, struct pool *pool, const char *text);

/* The host to connect to: that of the reference, but for docker.io, which is only a name. */
const char *reference_server(const struct reference *reference);

/* Its name and tag as docker shows them, without what docker.io needs not; in pool. */
char *reference_familiar(const struct reference *reference, struct pool *pool);

/* Why text is not a tag, or NULL. */
const char *reference_tag_fault(const char *text);

/* Why text is not "[domain[:port]/]name:tag", or NULL. */
const char *reference_fault(const char *text);

/* What the whole name of an image has before this one: "docker.io/library/", for example. */
const char *reference_prefix(const char *name);

/*
 * Whether a reference, or a tag without a name, matches wanted, which is a tag or "name:tag".
 * "docker.io/library/" may be missing in either.
 */
bool reference_is(const char *reference, const char *wanted);

#endif
