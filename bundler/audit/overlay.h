/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OVERLAY_H
#define BUNDLER_AUDIT_OVERLAY_H

#include "tree/tree.h"

/*
 * Puts the observed tree of a layer over that of the layers below it (image-spec layer.md,
 * "Applying Changesets"): lower becomes the two together, and upper is freed. A whiteout,
 * ".wh.<name>" or ".wh..wh..opq", hides what is below it and is removed. A whiteout that hides
 * nothing stays as a file, so that a comparison finds it.
 */
void overlay_apply(struct tree *lower, struct tree *upper);

#endif
