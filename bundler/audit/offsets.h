/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OFFSETS_H
#define BUNDLER_AUDIT_OFFSETS_H

#include "audit/audit.h"
#include "audit/observe_place.h"
#include "base/error.h"
#include "tree/tree.h"

/*
 * From which byte on contents differ. Trees have digests only, so the places are read once more,
 * where audit_tree_wants_offsets says so. An image is NULL for the tree of its place. Errors are
 * those of observe_place_read.
 */

/* Compares what was found at a place with the contents of an expected tree. */
int audit_offsets_expected(struct audit *audit, const struct tree *expected,
			   struct observe_place *found, struct image *image, struct error *err);

/*
 * Compares two places with each other: files of the first that differ are kept in spool, the
 * descriptor of an empty file, while the second is read.
 */
int audit_offsets_places(struct audit *audit, struct observe_place places[2],
			 struct image *const images[2], int spool, struct error *err);

#endif
