/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_VARIANT_H
#define BUNDLER_RECIPE_VARIANT_H

#include <stdbool.h>

#include "base/platform.h"
#include "base/pool.h"

/*
 * The kinds of variants of an image in Docker Official Images, and the names of variants. A variant
 * is a kind and, if the kind has a base image, the version of that image: alpine3.18,
 * windowsservercore-1809, scratch.
 */

/* How the alias of a kind is used. */
enum variant_alias {
	VARIANT_TAGS,		/* its tags again with the alias; only the first of the kind */
	VARIANT_SHARED_TAGS	/* shared tags: the kind's variants are one image to Docker */
};

struct variant_kind {
	const char *name;	/* in a recipe, and at the beginning of the tags */
	const char *os;
	const char *base;	/* base image, without a tag */
	const char *joint;	/* between name and version of the base; NULL: it has no version */
	const char *alias;
	enum variant_alias alias_is;
	bool plain;		/* shares the tags that name no variant: 1.2.3, latest */
	bool constrained;	/* only some machines can build it: Constraints */
	const char *from;	/* it copies from the variant of this kind and the same version */
	bool apk;		/* only for platforms that have a name in apk */
	const char *programs;	/* directory of the programs; NULL: as in the recipe */
};

/* The table; the name of its last row is NULL. */
const struct variant_kind *variant_table(void);

/* The kind of this name, or NULL. */
const struct variant_kind *variant_find(const char *name);

/* Whether a variant of the kind can run on a platform, built by Official Images or not. */
bool variant_runs_on(const struct variant_kind *kind, const struct platform *platform);

/*
 * The kind of the variant with this name; *version, the version of the base image, points into
 * name. NULL when it is not a name of a variant.
 */
const struct variant_kind *variant_parse(const char *name, const char **version);

/* Name of a variant, in pool; version is ignored for a kind without one. */
char *variant_name(struct pool *pool, const struct variant_kind *kind, const char *version);

#endif
