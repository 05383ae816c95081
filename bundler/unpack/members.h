/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_MEMBERS_H
#define BUNDLER_UNPACK_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/content.h"

/*
 * The members that are wanted of an archive, by name, and what was taken of them. "./" before a
 * name says nothing.
 */

/* A member: wanted by its name, or below a directory. */
struct members_file {
	char *name;		/* without "./" */
	bool named;		/* wanted itself, not with a directory */
	bool follow;		/* a link stands for the file of the archive that it leads to */
	bool found;
	char *target;		/* of a link: the member that it leads to; NULL of a plain file */
	struct content content;	/* once it is found; of a link that of its target */
};

/* A directory, of which all plain files are wanted. */
struct members_directory {
	char *name;		/* ends with a slash, or is "" for the whole archive */
	bool follow;
};

/* All zeros is empty. */
struct members {
	struct members_file *files;	/* sorted by name */
	size_t file_count;
	struct members_directory *directories;
	size_t directory_count;
};

void members_free(struct members *members);

/* Adds what is wanted. What is wanted with and without follow is not followed. */
void members_want(struct members *members, const char *name, bool follow);
void members_want_directory(struct members *members, const char *name, bool follow);

/*
 * The entry of a member that is wanted, NULL for another one. Below a directory it is added, also
 * if its name only leads there, such as "d/../d//a", and cannot be a path.
 */
struct members_file *members_match(struct members *members, const char *name);

/* The entry of this name, or NULL. */
struct members_file *members_find(const struct members *members, const char *name);

/*
 * The name of the member that a link leads to: a symbolic link of the directory that member from
 * is in, or from "" on the archive's root. Caller frees. NULL when it leads out of the archive.
 */
char *members_resolve(const char *from, const char *target);

#endif
