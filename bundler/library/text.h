/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_TEXT_H
#define BUNDLER_LIBRARY_TEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "library/generated.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/* A Dockerfile of a variant while it is written: what every kind of variant is written with. */

/* What a program reads in a release's names instead of the platform. */
#define TEXT_TARGET "0target0"

/* The first failure stays in err; after it, texts are empty. */
struct library_text {
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
void text_add(struct library_text *d, const char *text);
#define text_format(d, ...) text_add(d, pool_format(&(d)->pool, __VA_ARGS__))

/* Adds a value in the double quotes of ENV and LABEL, and an instruction in its exec form. */
void text_add_quoted(struct library_text *d, const char *value);
void text_add_exec(struct library_text *d, const char *instruction, const json_t *words);

/* The text, which needs no quotes in any shell. */
const char *text_plain(struct library_text *d, const char *text);

/*
 * A template, expanded for the platform. On the variant's other platforms nothing but the target
 * may differ; a common one has to be the same on every platform.
 */
const char *text_expand(struct library_text *d, const char *template);
const char *text_expand_common(struct library_text *d, const char *template);

/* A path of the root as the variant's system writes it; a path with doubled backslashes. */
const char *text_native(struct library_text *d, const char *path);
const char *text_escaped(struct library_text *d, const char *path);

/* Whether an entry is of this source and in the variant: not what is for one system only. */
bool text_has(const struct recipe_entry *entry, enum recipe_source source);

/* Where an entry is in the variant, and its member's path in the archive. */
const char *text_place(struct library_text *d, const struct recipe_entry *entry);
const char *text_member(struct library_text *d, const struct recipe_entry *entry);

/* What the lock has for a platform; NULL after a failure. */
const struct lock_asset *text_asset(struct library_text *d, const struct platform *platform);

/* Adds a file to the build context. */
void text_add_context_file(struct library_text *d, const char *name, const void *bytes,
			   size_t length, bool executable);

/* Adds the root's files and texts to the build context, with a COPY for each. */
void text_add_files(struct library_text *d);

/* Add a variable that has the version, the recipe's variables, and its ports. */
void text_add_version(struct library_text *d);
void text_add_environment(struct library_text *d);
void text_add_ports(struct library_text *d);

/* Adds signal, user and working directory, for Linux only; whole: also a directory of "/". */
void text_add_identity(struct library_text *d, bool whole);

/* The words of the entry point, in a new array, and the arguments, appended to one. */
json_t *text_entrypoint(struct library_text *d);
void text_append_arguments(struct library_text *d, json_t *words);

/* Adds both as ENTRYPOINT and CMD. */
void text_add_command(struct library_text *d);

#endif
