/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_MTREE_H
#define BUNDLER_TREE_MTREE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "tree/tree.h"

/*
 * Adds the BSD mtree manifest (mtree(5)) of the tree to text: "#mtree", a comment with bundler's
 * name and about, then a line for each node with full path, type, mode, uid, gid, time and, if they
 * apply, size, sha256 and link. Names are encoded in octal, as by vis(3). -1 beyond text's maximum.
 */
int mtree_write(const struct tree *tree, const char *about, struct buffer *text);

/* Whether mtree_write wrote the manifest. */
bool mtree_is_ours(const struct buffer *manifest);

/* Whether a manifest of mtree_write has a line for the absolute path. */
bool mtree_names(const struct buffer *manifest, const char *path);

#endif
