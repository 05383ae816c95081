/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_MTREE_H
#define BUNDLER_TREE_MTREE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "tree/tree.h"

/*
 * Adds the BSD mtree manifest of the tree to text (mtree(5)): "#mtree", a comment that says
 * bundler wrote it and what it is about, then a line for each node with full path, type, mode,
 * uid, gid, time and, as they apply, size, sha256 and link. Names are encoded as vis(3) does, in
 * octal. -1 when text's maximum is passed.
 */
int mtree_write(const struct tree *tree, const char *about, struct buffer *text);

/* Whether a manifest was written by mtree_write. */
bool mtree_is_ours(const struct buffer *manifest);

/* Whether a manifest that is ours has a line for the absolute path. */
bool mtree_names(const struct buffer *manifest, const char *path);

#endif
