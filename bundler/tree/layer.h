/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_LAYER_H
#define BUNDLER_TREE_LAYER_H

#include "base/channel.h"
#include "base/error.h"
#include "tree/tree.h"

/*
 * Passes the tree to consume as a sorted tar archive (OCI image-spec layer.md): ustar, with a pax
 * header only for a name that ustar cannot hold; numeric owners, no user names; directories end in
 * a slash; two zero blocks end it. The root itself is left out. name is for messages. STATUS_FILE.
 */
int layer_stream(const struct tree *tree, channel_consume *consume, void *context,
		 const char *name, struct error *err);

/* Writes the same to the new file path below dirfd, with mode 0644, and flushes it. */
int layer_write(const struct tree *tree, int dirfd, const char *path, const char *name,
		struct error *err);

/* Passes the archive in descriptor fd to consume, unchanged. STATUS_LIMIT, STATUS_FILE. */
int layer_copy(int fd, channel_consume *consume, void *context, const char *name,
	       struct error *err);

#endif
