/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_TREE_H
#define BUNDLER_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/error.h"

/*
 * The model of a root file system, between every source and every sink. All normalisation
 * is here: order, parents, modes, one time for everything. What was observed at a place is a
 * tree, too, but as it is there; only a comparison reads it.
 */

enum tree_type {
	TREE_DIRECTORY, TREE_FILE, TREE_LINK,
	TREE_SPECIAL		/* observed: a device, a FIFO, a socket */
};

/* What only a node that was observed can have; all of it is 0 otherwise. */
struct tree_observed {
	uint32_t nanoseconds;	/* of the time */
	uint32_t kind;		/* of what is special: the S_IFMT bits of its mode */
	uint32_t major, minor;	/* of a device */
	uint32_t group;		/* nodes with one number that is not 0 are hard links of one file */
	bool compared;		/* with the file at the same path in another tree, and */
	uint64_t common;	/* so many bytes from the start are the same */
	char *attributes;	/* extended attributes and access control lists as text, or NULL */
	bool unstated;		/* a directory of which an archive only says what is in it */
	bool repeated;		/* an archive has the path more than once; this is the last */
};

struct tree_node {
	char *path;		/* absolute; "/" is the root itself */
	enum tree_type type;
	uint32_t mode;		/* permission bits, up to 07777 */
	uint32_t uid, gid;
	int64_t time;		/* seconds since 1970; the tree's epoch, unless observed */
	struct content content;	/* of a file; observed: size and digest, perhaps without bytes */
	char *target;		/* of a symbolic link */
	bool implied;		/* a parent that nobody has added in its own right */
	struct tree_observed observed;
};

struct tree {
	int64_t epoch;		/* time of every node, seconds since 1970 */
	struct tree_node *nodes;	/* sorted by path as bytes: directories before contents */
	size_t count, capacity;
};

/* A tree with nothing but the root directory, 0755 and root's. */
void tree_init(struct tree *tree, int64_t epoch);
void tree_free(struct tree *tree);

/*
 * Why nothing of this type may be added at path, or NULL: path_fault refuses the path, something is
 * there already, or it is below something that is not a directory.
 */
const char *tree_fault(const struct tree *tree, const char *path, enum tree_type type);

/*
 * Adds a node and takes over its content, also on failure. Missing parents come into being as
 * 0755 and root's; one that is added later in its own right takes that one's place.
 * STATUS_CONFIG for what tree_fault refuses.
 */
int tree_add_directory(struct tree *tree, const char *path, uint32_t mode, uint32_t uid,
		       uint32_t gid, struct error *err);
int tree_add_file(struct tree *tree, const char *path, uint32_t mode, uint32_t uid, uint32_t gid,
		  struct content content, struct error *err);
int tree_add_link(struct tree *tree, const char *path, const char *target, uint32_t uid,
		  uint32_t gid, struct error *err);

/* The node at path, or NULL. */
const struct tree_node *tree_find(const struct tree *tree, const char *path);

/*
 * For who observes: adds a node at any path, in any order, and returns it, good until the next is
 * added. Nothing is checked, and nothing is found before tree_sort.
 */
struct tree_node *tree_append(struct tree *tree, const char *path, enum tree_type type);

/*
 * Sorts what was appended. Of several nodes at one path the last stays, and is marked as repeated.
 */
void tree_sort(struct tree *tree);

/* Removes the nodes of which unwanted, given each where it was, says so. */
typedef bool tree_unwanted(const struct tree_node *node, const void *context);
void tree_filter(struct tree *tree, tree_unwanted *unwanted, const void *context);

/* Moves the nodes of another tree, which is empty then, to this one, and sorts. */
void tree_merge(struct tree *tree, struct tree *other);

#endif
