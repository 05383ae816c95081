/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_LIBRARY_H
#define BUNDLER_LINT_LIBRARY_H

#include "base/error.h"
#include "lint/tree.h"

/*
 * Holds the library files of a tree to the rules that are about them. STATUS_LIMIT when one has
 * more entries or items than limits.h allows.
 */
int lint_library_check(struct lint *lint, struct error *err);

#endif
