/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_REPLICA_H
#define BUNDLER_BUILD_REPLICA_H

#include "base/error.h"
#include "build/oci.h"
#include "image/closure.h"
#include "tree/tree.h"

/*
 * Fills an empty tree with a layout of an image of another place: every blob has the bytes that it
 * had there, which are hashed. What refers to the image is in lists. Of style, doi is not used, and
 * of style->beside no entries. Large contents are kept on the file system of directory.
 * STATUS_DIGEST for bytes that are not those of their digest, STATUS_FILE.
 */
int replica_fill(struct tree *tree, const struct closure *closure, const struct oci_style *style,
		 int directory, struct error *err);

#endif
