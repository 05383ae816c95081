/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OVERLAY_H
#define BUNDLER_AUDIT_OVERLAY_H

#include "tree/tree.h"

/*
 * Puts the observed tree of a layer over that of the layers below it (image-spec layer.md,
 * "Applying Changesets"): lower becomes the two together, and upper is freed. A whiteout,
 * ".wh.<name>" or ".wh..wh..opq", hides what is below it, if there is anything, and is no file.
 *
 * Returns NULL, or what container engines disagree about, "'<path>': <reason>" for the caller to
 * free; both trees are unchanged then. Those that unpack a layer beside the ones below it
 * (overlayfs) and those that unpack it over them differ where it goes through a link of a lower
 * layer, where it hides and has one name, and in what overlayfs takes for a whiteout.
 */
char *overlay_apply(struct tree *lower, struct tree *upper);

#endif
