/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_TAR_H
#define BUNDLER_AUDIT_OBSERVE_TAR_H

#include "audit/observe.h"
#include "base/error.h"
#include "image/layer_input.h"
#include "image/location.h"
#include "tree/tree.h"

/*
 * Fills tree with the members of the tar archive at place, compressed or not, as someone who
 * unpacks it as root gets them. Leading "/" and "./" of names mean nothing, "whiteouts" are files.
 * reference is NULL in a first reading. STATUS_FILE, STATUS_ARCHIVE, STATUS_LIMIT; the tree is the
 * caller's to free in any case.
 */
int observe_tar(struct tree *tree, const struct location *place,
		const struct observe_reference *reference, struct error *err);

/*
 * The same with a layer of the image at place, for a tree that observe_begin was given. What is
 * behind the archive's end is left for layer_input_end, which says what the layer's digests are.
 */
int observe_tar_layer(struct observe *observe, struct layer_input *input, struct error *err);

#endif
