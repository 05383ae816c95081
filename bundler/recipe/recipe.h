/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_RECIPE_H
#define BUNDLER_RECIPE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/format.h"
#include "base/limits.h"
#include "base/platform.h"
#include "base/pool.h"
#include "recipe/variant.h"

/*
 * The recipe, in which people describe a product (bundler-recipe(5)). recipe_load reads it and
 * checks all that can be checked without the archive. Fields described as templates are expanded
 * by recipe_expand.
 */

enum recipe_source {
	RECIPE_ASSET,		/* the asset itself, whose format is that of a program */
	RECIPE_MEMBER,		/* argument: name of the member below the release's directory */
	RECIPE_MEMBERS,		/* argument: directory below it, with a slash: all files in it */
	RECIPE_FILE,		/* argument: path below the recipe's directory */
	RECIPE_TEXT,		/* argument: the content itself */
	RECIPE_CERTIFICATES,	/* the recipe's CA bundle */
	RECIPE_ZONEINFO,	/* all files of the recipe's archive of time zones */
	RECIPE_DIRECTORY,
	RECIPE_LINK		/* argument: target of the symbolic link */
};

/* One path of the root file system. */
struct recipe_entry {
	char *path;		/* template */
	enum recipe_source source;
	size_t release;		/* what it is taken of: index in the recipe's releases */
	char *argument;		/* a template for RECIPE_MEMBER, RECIPE_MEMBERS and RECIPE_LINK */
	uint32_t mode;		/* permission bits, up to 07777 */
	uint32_t uid, gid;
	char *os;		/* only for platforms of this operating system, or NULL */
	bool program;		/* checked to be a static program for the platform */
	bool follow;		/* takes what a link in the archive leads to */
	bool dynamic;		/* checked to be a program whose interpreter is there */
};

struct recipe_format {
	const struct platform *platform;	/* or NULL: for all other platforms of os */
	char *os;
	const struct format *format;
};

/* What {target} stands for on a platform: a template. */
struct recipe_word {
	const struct platform *platform;
	char *word;
};

/* What identifies a package to SBOMs; each NULL where the recipe does not say it. */
struct recipe_identity {
	char *purl;		/* package URL: of a release a template */
	char *supplier;		/* name of who distributes it */
	char *licence;		/* SPDX licence expression */
};

/* Where a release of one version is. */
struct recipe_release {
	char *name, *version;	/* those of the recipe for its own release */
	char *asset, *url;	/* templates: name and URL of the archive */
	char *sums;		/* template: URL of the checksum file, or "" without one */
	char *word;		/* template: what {target} stands for; NULL: "{os}-{arch}" */
	struct recipe_word *words;	/* the platforms where it is another */
	size_t word_count;
	char *wrapper;		/* template: directory in the archive, or "" */
	struct recipe_format *formats;
	size_t format_count;
	bool shared;		/* platforms may have the same asset */
	struct recipe_identity identity;
	char *before;		/* first version to which this no longer applies, or NULL */
};

struct recipe_label {
	char *name;
	char *value;		/* template */
};

/* A list of strings; NULL items when empty. */
struct recipe_list {
	char **items;
	size_t count;
};

/* An environment variable. */
struct recipe_variable {
	char *text;		/* "NAME=VALUE" */
	char *os;		/* only for platforms of this operating system, or NULL */
};

/* Another way to run the same tree. */
struct recipe_flavour {
	char *name;
	char *user, *workdir;	/* NULL: as in the image */
};

struct recipe_image {
	char *name;		/* template of recipe_expand_version, or NULL */
	struct recipe_list entrypoint, cmd;	/* templates */
	struct recipe_variable *env;
	size_t env_count;
	struct recipe_list ports;
	char *user;		/* "uid[:gid]" */
	char *workdir;
	char *stop_signal;	/* "SIGTERM", or NULL */
	struct recipe_label *labels;
	size_t label_count;
	struct recipe_flavour *flavours;
	size_t flavour_count;
};

/* One variant of the image in Docker Official Images. */
struct recipe_variant {
	const struct variant_kind *kind;
	char *version;		/* of the base image, "" if the kind has none */
	bool imported;		/* from an image layout, not a Dockerfile */
};

/* For the repository of build contexts and the library file (bundler-recipe(5)). */
struct recipe_library {
	char *name;		/* of the image; NULL when the recipe has no such section */
	struct recipe_list maintainers;
	char *repository, *branch;
	bool dist;		/* the contents of scratch are on one branch per architecture */
	char *directory;	/* template of recipe_expand_version */
	struct recipe_list tags;	/* templates of the same */
	struct recipe_list packages;	/* of Alpine */
	const struct platform **platforms;
	size_t platform_count;
	struct recipe_variant *variants;	/* in the order in which they are built */
	size_t variant_count;
};

/* The position of a value in the recipe's text, for an edit. */
struct recipe_place {
	ptrdiff_t offset;	/* in bytes; -1 when it is not written verbatim */
	size_t line, column;	/* from 1 */
	bool plain;		/* without quotes */
};

struct recipe {
	char *file;		/* as the user named it */
	struct digest digest;	/* of its bytes */
	int directory;		/* descriptor of the directory that the file is in */
	char *name, *version;
	struct recipe_place version_place;
	struct recipe_release releases[LIMIT_RECIPE_RELEASES];	/* its own, others by name */
	size_t release_count;
	const struct platform **platforms;
	bool *optional;		/* for each platform, whether a release may lack it */
	size_t platform_count;
	char *certificates;	/* path below the recipe's directory, or NULL */
	char *origin;		/* of the bundle: package and version, or dated bundle */
	struct recipe_identity certificates_identity;
	char *zoneinfo;		/* archive of time zones below the recipe's directory, or NULL */
	char *zoneinfo_origin;	/* of it: package and version */
	struct recipe_identity zoneinfo_identity;
	struct recipe_entry *entries;
	size_t entry_count;
	struct recipe_image image;
	struct recipe_library library;
	struct pool pool;
};

/* Frees what recipe_load read, and closes the directory. */
void recipe_close(struct recipe *recipe);

/*
 * Expands a template for a platform ({name} {version} {target} {os} {arch} {variant} {exe} {format}
 * {asset}), in pool; NULL and STATUS_CONFIG for an unknown placeholder. All are those of a release,
 * or of the recipe's own.
 */
char *recipe_expand_of(const struct recipe_release *release, const struct platform *platform,
		       struct pool *pool, const char *template, struct error *err);
char *recipe_expand(const struct recipe *recipe, const struct platform *platform,
		    struct pool *pool, const char *template, struct error *err);

/*
 * Expands a template of {name} {version} {minor} {major} in pool: for 1.2.3 the last two are 1.2
 * and 1. NULL and STATUS_CONFIG for another placeholder, or a version that has none of these.
 */
char *recipe_expand_version(const struct recipe *recipe, struct pool *pool, const char *template,
			    struct error *err);

/* Name and URL of the release's asset for one of the recipe's platforms, in pool. */
char *recipe_asset(const struct recipe_release *release, const struct platform *platform,
		   struct pool *pool, struct error *err);
char *recipe_url(const struct recipe_release *release, const struct platform *platform,
		 struct pool *pool, struct error *err);

/*
 * What {target} stands for, in pool: what the recipe says of the platform, else "{os}-{arch}". NULL
 * and STATUS_CONFIG for a placeholder that is unknown.
 */
char *recipe_target(const struct recipe_release *release, const struct platform *platform,
		    struct pool *pool, struct error *err);

/* The name of an image: the recipe's image.name, else its name. In pool. */
const char *recipe_image_name(const struct recipe *recipe, struct pool *pool);

/* The tag of an image: the version, in which "+" becomes "-", because a tag has none. In pool. */
char *recipe_tag(const struct recipe *recipe, struct pool *pool);

/*
 * The URL of the checksum file that has the platform's asset, in pool; "" without one. NULL and
 * STATUS_CONFIG.
 */
char *recipe_sums(const struct recipe_release *release, const struct platform *platform,
		  struct pool *pool, struct error *err);

/* Whether there is a checksum file for each platform, or for each asset. */
bool recipe_sums_vary(const struct recipe_release *release);

/* The format of the platform's asset; NULL when the release has none for it, and so no asset. */
const struct format *recipe_format(const struct recipe_release *release,
				   const struct platform *platform);

/* Whether the recipe lists the platform. */
bool recipe_has(const struct recipe *recipe, const struct platform *platform);

/* Whether the recipe lists the platform as optional: a release may lack it. */
bool recipe_is_optional(const struct recipe *recipe, const struct platform *platform);

/* Whether an entry is a directory of files that only an archive names. */
bool recipe_is_of_many(const struct recipe_entry *entry);

/* Whether an entry takes something out of a release. */
bool recipe_is_of_release(const struct recipe_entry *entry);

/* Reads a user or group number; returns its end in text, or NULL for a number chown(2) refuses. */
const char *recipe_parse_id(const char *text, uint32_t *id);

/*
 * Reads a whole file below the recipe's directory, at most bytes' maximum. STATUS_CONFIG when the
 * path leads out of the directory.
 */
struct buffer;
int recipe_read_file(const struct recipe *recipe, const char *path, struct buffer *bytes,
		     struct error *err);

#endif
