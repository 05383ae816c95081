/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_VERSION_H
#define BUNDLER_RECIPE_VERSION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Versions of releases: Semantic Versioning 2.0.0, except that trailing numbers may be missing and
 * are then 0, as in "0.25". Numbers have any length.
 */

/* Maximum of numbers in a version: major, minor, patch. */
#define VERSION_NUMBERS 3

/* Why text is not a version (sections 2, 9 and 10), or NULL. */
const char *version_fault(const char *text);

/*
 * The order of two versions (section 11): less than, equal to or greater than 0. Build metadata is
 * ignored, so equal versions may be different texts.
 */
int version_compare(const char *a, const char *b);

/* Whether a version is a pre-release, such as 1.0.0-RC.1 (section 9). */
bool version_is_prerelease(const char *version);

/*
 * Length in bytes of the first count numbers of a version, with the dots between them: 4 for two
 * numbers of 0.25.6 ("0.25"). 0 when it has fewer numbers.
 */
size_t version_prefix(const char *version, int count);

#endif
