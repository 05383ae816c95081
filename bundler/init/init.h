/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_INIT_INIT_H
#define BUNDLER_INIT_INIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/platform.h"
#include "base/pool.h"

/*
 * A first recipe, worked out from the names in a release and in one of its archives. Nothing here
 * fetches; bundler(1) describes what is decided how. Strings from outside are kept as they are and
 * quoted when they are written.
 */

struct init_asset {
	const char *name, *url;
};

/* What is known of a release before it is looked at. */
struct init_release {
	const char *name;	/* of the product, or NULL */
	bool named;		/* the user said so */
	const char *version;	/* NULL when it has to be found in names */
	const char *tag;	/* in URLs: the version and what is around it, or NULL */
	const char *place;	/* the URL that all assets are below, for words in it, or "" */
	struct init_asset *assets;
	size_t asset_count;
};

/* The part of the recipe that a question is about. */
enum init_section { INIT_RELEASE, INIT_PLATFORMS, INIT_CERTIFICATES, INIT_ROOT, INIT_LABELS };

struct init_question {
	enum init_section section;
	const char *text;
	struct init_question *next;
};

/* The asset for a platform. */
struct init_choice {
	const struct platform *platform;
	const struct init_asset *asset;
	const char *word;	/* what {target} stands for: a template */
	const char *literal;	/* the same as it is in the asset's name */
};

/* A file of the archive that goes into the image. */
struct init_file {
	const char *path;	/* template */
	const char *member;	/* template; NULL for the asset itself */
	struct init_file *next;
};

struct init_plan {
	const char *name, *version;
	const char *asset, *url, *directory;	/* templates */
	const char *sums;			/* template; "" without a checksum file */
	const char *target;			/* template; NULL: the words of the choices */
	const char *format;
	struct init_choice *choices;		/* in the order of the table of platforms */
	size_t choice_count;
	struct init_file *program, *others;	/* what is started, and other programs */
	struct init_file *licences, *settings;
	const char *licence;			/* SPDX identifier, or NULL */
	const char *source;			/* URL of the project, or NULL */
	const char *certificates, *origin;	/* file beside the recipe, or NULL */
	struct init_question *questions;	/* in the order in which they came up */
	struct pool *pool;
};

/*
 * Works out name, version and the templates of the release; plan->pool is set, the rest zeroed.
 * STATUS_CONFIG when no asset is for Linux.
 */
int init_choose(struct init_plan *plan, const struct init_release *release, struct error *err);

/* The choice for a platform, or NULL. */
const struct init_choice *init_choice_find(const struct init_plan *plan,
					   const struct platform *platform);

/* Adds a question, with control characters replaced. */
void init_ask(struct init_plan *plan, enum init_section section, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The text as a template in which the plan's version, a word and, at the beginning, the name are
 * placeholders; NULL when there are braces in it. A member keeps the name.
 */
char *init_template(const struct init_plan *plan, const char *text, const char *word);
char *init_template_member(const struct init_plan *plan, const char *text, const char *word);

/* Adds the recipe to text, whose maximum is that of recipes. */
void init_write(const struct init_plan *plan, struct buffer *text);

#endif
