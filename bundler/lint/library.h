/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_LIBRARY_H
#define BUNDLER_LINT_LIBRARY_H

#include "base/error.h"
#include "lint/tree.h"

/*
 * Checks the rules about library files, on those of a tree. STATUS_LIMIT when one has more entries
 * or items than limits.h allows.
 */
int lint_library_check(struct lint *lint, struct error *err);

#endif
