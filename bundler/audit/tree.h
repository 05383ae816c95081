/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_TREE_H
#define BUNDLER_AUDIT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "tree/tree.h"

/*
 * Compares two trees path by path and adds what differs: paths, and of those that both have the
 * type, or else mode, owner, time, size, content, link and extended attributes. Of the root it is
 * no difference when an archive does not say anything.
 */
void audit_tree(struct audit *audit, const struct tree *expected, const struct tree *found);

/* Whether a node is what Docker adds to the root of a container, just as Docker makes it. */
bool audit_tree_is_engines(const struct tree_node *node);

/* Adds the time of a node that is not the epoch. */
void audit_tree_time(struct audit *audit, const struct tree_node *found, int64_t epoch);

/*
 * Whether contents differ, of the platform that is compared now, and it is not known from where on.
 */
bool audit_tree_wants_offsets(const struct audit *audit);

/*
 * Whether both have a file at path, with contents that differ: a second reading can say from where
 * on.
 */
bool audit_tree_differs(const struct tree *expected, const struct tree *found, const char *path);

/*
 * Adds to the findings about contents, of the platform that is compared now, where these begin to
 * differ, as a second reading of found knows.
 */
void audit_tree_offsets(struct audit *audit, const struct tree *found);

#endif
