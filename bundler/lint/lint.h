/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_LINT_H
#define BUNDLER_LINT_LINT_H

#include "base/error.h"
#include "base/findings.h"
#include "lint/options.h"

/*
 * Checks a tree of Dockerfiles against itself: <version>/<variant>/Dockerfile, and in library/ the
 * library file of Docker Official Images. Untrusted: no link in it is followed.
 */

/*
 * Adds the findings, sorted. -1 when the tree, or a file that options name, cannot be read, is of
 * another kind, or has more than limits.h allows.
 */
int lint_directory(const char *directory, const struct lint_options *options,
		   struct findings *findings, struct error *err);

#endif
