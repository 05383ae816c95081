/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_DOWNLOADS_H
#define BUNDLER_LINT_DOWNLOADS_H

#include <stdint.h>

#include "lint/tree.h"

/* Checks the rules about architectures and downloads, on one Dockerfile. */
void lint_downloads_check(const struct lint *lint, const struct lint_version *version,
			  const struct lint_variant *variant, const struct lint_dockerfile *file);

/* Checks that an asset has the same digest in all Dockerfiles of a tree. */
void lint_downloads_compare(const struct lint *lint);

/* The platforms that an asset is for by its name, a bit for each row of platform_table(). */
uint32_t lint_downloads_platforms(const char *asset);

#endif
