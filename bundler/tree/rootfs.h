/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_ROOTFS_H
#define BUNDLER_TREE_ROOTFS_H

#include "base/error.h"
#include "tree/tree.h"

/*
 * Writes the tree as the new directory name below dirfd, with exact modes and times and, when the
 * caller is root, owners; every file and directory is flushed. Files whose content is in an unnamed
 * file on the same file system take that file over instead of copying it. STATUS_FILE; what was
 * written until then is left for the caller to remove.
 */
int rootfs_write(const struct tree *tree, int dirfd, const char *name, struct error *err);

#endif
