/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TREE_LAYER_H
#define BUNDLER_TREE_LAYER_H

#include "base/channel.h"
#include "base/error.h"
#include "tree/tree.h"

/*
 * Writes the tree as a tar archive to descriptor fd (OCI image-spec layer.md): ustar, with a pax
 * header only for a name that ustar cannot hold; numeric owners, no user names; directories end
 * in a slash; two zero blocks and nothing after them. The root itself is left out. name is for
 * messages.
 */
int layer_write(const struct tree *tree, int fd, const char *name, struct error *err);

/* The same, handed in order to consume instead of being written. */
int layer_stream(const struct tree *tree, channel_consume *consume, void *context,
		 const char *name, struct error *err);

/* The same for an archive that was written, in fd, as it is. STATUS_LIMIT, STATUS_FILE. */
int layer_copy(int fd, channel_consume *consume, void *context, const char *name,
	       struct error *err);

#endif
