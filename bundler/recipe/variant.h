/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_VARIANT_H
#define BUNDLER_RECIPE_VARIANT_H

#include <stdbool.h>

#include "base/platform.h"
#include "base/pool.h"

/*
 * The kinds of variants that Docker Official Images know of an image, and how their names are made:
 * the only place where that stands. A variant is a kind and, where the kind has a base image, the
 * version of that: alpine3.18, windowsservercore-1809, scratch.
 */

/* What else the tags of a kind are called. */
enum variant_alias {
	VARIANT_TAGS,		/* its tags again with the alias; only the first of the kind */
	VARIANT_SHARED_TAGS	/* shared tags: the kind's variants are one image to Docker */
};

struct variant_kind {
	const char *name;	/* in a recipe, and what its tags begin with */
	const char *os;
	const char *base;	/* image that it is built on, without a tag */
	const char *joint;	/* between name and version of the base; NULL: it has no version */
	const char *alias;
	enum variant_alias alias_is;
	bool plain;		/* shares the tags that name no variant: 1.2.3, latest */
	bool constrained;	/* only some machines can build it: Constraints */
	const char *from;	/* kind of the variant, for the same version, that it copies from */
	bool apk;		/* there is a base image for what apk has a name for */
	const char *programs;	/* directory that programs are in; NULL: where the recipe says */
};

/* The whole table, ended by a row whose name is NULL. */
const struct variant_kind *variant_table(void);

/* The kind of this name, or NULL. */
const struct variant_kind *variant_find(const char *name);

/* Whether variants of the kind can be for a platform, published by Official Images or not. */
bool variant_runs_on(const struct variant_kind *kind, const struct platform *platform);

/*
 * The kind of the variant that name spells, and in *version that of its base, which points into
 * name; NULL when no kind spells one so.
 */
const struct variant_kind *variant_parse(const char *name, const char **version);

/* Name of a variant, in pool; version does not count for a kind without one. */
char *variant_name(struct pool *pool, const struct variant_kind *kind, const char *version);

#endif
