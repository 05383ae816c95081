/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_VARIANTS_H
#define BUNDLER_LINT_VARIANTS_H

#include "lint/tree.h"

/* Checks the rules about Dockerfiles, on those of a tree: one by one, and together. */
void lint_variants_check(const struct lint *lint);

/*
 * Whether an image is one of the tree's own, by the name of a library file or, without any, because
 * Dockerfiles copy from it under a version. *tag is the text after the colon, "" without.
 */
bool lint_variants_own(const struct lint_tree *tree, const char *image, const char **tag);

#endif
