#ifndef BUNDLER_DRAFT_H
#define BUNDLER_DRAFT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "library/generated.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/* A Dockerfile of a variant while it is written: what every kind of variant is written with. */

/* What a program reads in a release's names instead of the platform. */
#define DRAFT_TARGET "0target0"

/* The first failure stays in err; after it, texts are empty. */
struct draft {
	struct generated *into;
	const struct recipe *recipe;
	const struct lock *lock;
	const struct recipe_variant *variant;
	const struct variant_kind *kind;
	struct platform platform;	/* that texts are expanded for */
	char *directory;		/* of the build context */
	struct buffer text;		/* of the file that is written */
	struct pool pool;		/* of all texts below */
	struct error *err;
	bool failed;
};

/* Adds a text as it is, and a formatted one. */
void draft_add(struct draft *d, const char *text);
#define draft_format(d, ...) draft_add(d, pool_format(&(d)->pool, __VA_ARGS__))

/* Adds a value in the double quotes of ENV and LABEL, and an instruction in its exec form. */
void draft_add_quoted(struct draft *d, const char *value);
void draft_add_exec(struct draft *d, const char *instruction, const json_t *words);

/* The text, which needs no quotes in any shell. */
const char *draft_plain(struct draft *d, const char *text);

/* A template, expanded for the platform; common: which has to be the same on every platform. */
const char *draft_expand(struct draft *d, const char *template);
const char *draft_expand_common(struct draft *d, const char *template);

/* A path of the root as the variant's system writes it; one whose backslashes are doubled. */
const char *draft_native(struct draft *d, const char *path);
const char *draft_escaped(struct draft *d, const char *path);

/* What is behind the last slash. */
const char *draft_base_name(const char *path);

/* Whether the variant has an entry, of this source. What is for one system only its base has. */
bool draft_has(const struct recipe_entry *entry, enum recipe_source source);

/* Where an entry is in the variant, and its member's path in the archive. */
const char *draft_place(struct draft *d, const struct recipe_entry *entry);
const char *draft_member(struct draft *d, const struct recipe_entry *entry);

/* What the lock has for a platform; NULL after a failure. */
const struct lock_asset *draft_asset(struct draft *d, const struct platform *platform);

/* Adds a file to the build context. */
void draft_add_context_file(struct draft *d, const char *name, const void *bytes, size_t length,
			    bool executable);

/* Adds what the root has of files and texts, with a COPY for each. */
void draft_add_files(struct draft *d);

/* Add what a container can be asked for its version by, the recipe's variables, and its ports. */
void draft_add_version(struct draft *d);
void draft_add_environment(struct draft *d);
void draft_add_ports(struct draft *d);

/* Adds signal, user and working directory, which only Linux has; whole: "/" said, too. */
void draft_add_identity(struct draft *d, bool whole);

/* The words of the entry point, in a new array, and the arguments, appended to one. */
json_t *draft_entrypoint(struct draft *d);
void draft_append_arguments(struct draft *d, json_t *words);

/* Adds both as ENTRYPOINT and CMD. */
void draft_add_command(struct draft *d);

#endif
