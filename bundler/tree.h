#ifndef BUNDLER_TREE_H
#define BUNDLER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "error.h"

/*
 * The model of a root file system, between every source and every sink. All normalisation
 * is here: order, parents, modes, one time for everything.
 */

enum tree_type { TREE_DIRECTORY, TREE_FILE, TREE_LINK };

struct tree_node {
	char *path;		/* absolute; "/" is the root itself */
	enum tree_type type;
	uint32_t mode;		/* permission bits, up to 07777 */
	uint32_t uid, gid;
	struct content content;	/* of a file */
	char *target;		/* of a symbolic link */
	bool implied;		/* a parent that nobody has added in its own right */
};

struct tree {
	int64_t epoch;		/* time of every node, seconds since 1970 */
	struct tree_node *nodes;	/* sorted by path as bytes, so a directory is before what is in it */
	size_t count;
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

#endif
