/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_TREE_H
#define BUNDLER_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/error.h"

/*
 * The model of a root file system, which all sources fill and all writers read. It normalises
 * order, parents, modes and time. A file system observed for a comparison is a tree too, but is not
 * normalised.
 */

enum tree_type {
	TREE_DIRECTORY, TREE_FILE, TREE_LINK,
	TREE_SPECIAL		/* observed: a device, a FIFO, a socket */
};

/* Members that only observed nodes have; 0 in others. */
struct tree_observed {
	uint32_t nanoseconds;	/* of the time */
	uint32_t kind;		/* of TREE_SPECIAL: the S_IFMT bits of its mode */
	uint32_t major, minor;	/* of a device */
	uint32_t group;		/* hard links of one file have the same number; 0 without links */
	bool compared;		/* with the file at the same path in another tree: */
	uint64_t common;	/* the number of equal bytes from the start */
	char *attributes;	/* extended attributes and access control lists as text, or NULL */
	bool unstated;		/* a directory without member of its own in the archive */
	uint32_t number;	/* of the member in its archive */
	bool repeated;		/* an archive has the path more than once; this is the last, */
	bool changed;		/* and some of them are a directory, and some are not */
};

struct tree_node {
	char *path;		/* absolute; "/" is the root itself */
	enum tree_type type;
	uint32_t mode;		/* permission bits, up to 07777 */
	uint32_t uid, gid;
	int64_t time;		/* seconds since 1970; the tree's epoch, unless observed */
	struct content content;	/* of a file; if observed, perhaps only size and digest */
	char *target;		/* of a symbolic link */
	bool implied;		/* a parent that was not added itself */
	struct tree_observed observed;
};

struct tree {
	int64_t epoch;		/* time of every node, seconds since 1970 */
	struct tree_node *nodes;	/* sorted by path as bytes, so parents come first */
	size_t count, capacity;
};

/* Makes a tree of only the root directory, with mode 0755 and owner root. */
void tree_init(struct tree *tree, int64_t epoch);
void tree_free(struct tree *tree);

/*
 * Why a node of this type cannot be added at path, or NULL: path_fault refuses path, the path
 * exists, or a parent of it is not a directory.
 */
const char *tree_fault(const struct tree *tree, const char *path, enum tree_type type);

/*
 * Add a node and take over its content, also on failure. Missing parents are implied, with mode
 * 0755 and owner root; adding such a directory later sets its own mode and owner. STATUS_CONFIG for
 * a path that tree_fault refuses.
 */
int tree_add_directory(struct tree *tree, const char *path, uint32_t mode, uint32_t uid,
		       uint32_t gid, struct error *err);
int tree_add_file(struct tree *tree, const char *path, uint32_t mode, uint32_t uid, uint32_t gid,
		  struct content content, struct error *err);
int tree_add_link(struct tree *tree, const char *path, const char *target, uint32_t uid,
		  uint32_t gid, struct error *err);

/* The same for a directory that only has to be there: it is implied, unless it was added. */
int tree_imply_directory(struct tree *tree, const char *path, struct error *err);

/* The node at path, or NULL. */
const struct tree_node *tree_find(const struct tree *tree, const char *path);

/*
 * The node to which an absolute path leads in a container, through at most LIMIT_LINKS symbolic
 * links, or NULL.
 */
const struct tree_node *tree_resolve(const struct tree *tree, const char *path);

/*
 * For observers: adds a node at any path, in any order, without checks. The returned pointer is
 * valid until the next call. tree_find works only after tree_sort.
 */
struct tree_node *tree_append(struct tree *tree, const char *path, enum tree_type type);

/* Sorts appended nodes. Of several with one path, the last is kept and marked as repeated. */
void tree_sort(struct tree *tree);

/* Removes the nodes for which unwanted returns true; each is passed at its old address. */
typedef bool tree_unwanted(const struct tree_node *node, const void *context);
void tree_filter(struct tree *tree, tree_unwanted *unwanted, const void *context);

/* Moves the nodes of other, of which none has a path of tree, to tree; other is then empty. */
void tree_merge(struct tree *tree, struct tree *other);

#endif
