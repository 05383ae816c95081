/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_ROOTFS_H
#define BUNDLER_TREE_ROOTFS_H

#include "base/error.h"
#include "tree/tree.h"

/*
 * Writes the tree as the new directory name below dirfd, with exact modes and times and, as root,
 * owners; flushes every file and directory. A content in an unnamed file on the same file system is
 * not copied: the file gets a name. STATUS_FILE; the caller removes leftovers.
 */
int rootfs_write(const struct tree *tree, int dirfd, const char *name, struct error *err);

#endif
