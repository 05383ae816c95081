/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_VERSION_H
#define BUNDLER_RECIPE_VERSION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Versions of releases, by Semantic Versioning 2.0.0. One thing is added: trailing numbers may be
 * left out and are then 0, so that "0.25" is a version, too. Numbers have any length.
 */

/* Numbers that a version has at most: major, minor, patch. */
#define VERSION_NUMBERS 3

/* Why text is no version (section 2, 9 and 10), or NULL when it is one. */
const char *version_fault(const char *text);

/*
 * The order of two versions (section 11): less than, equal to or greater than 0. Build metadata
 * does not count, so that equal versions need not be the same text.
 */
int version_compare(const char *a, const char *b);

/* Whether a version is of a pre-release, such as 1.0.0-RC.1 (section 9). */
bool version_is_prerelease(const char *version);

/*
 * How many bytes the first count numbers of a version have, with the dots between them: 4 for 2 of
 * 0.25.6, whose prefix is "0.25". 0 when it has fewer numbers.
 */
size_t version_prefix(const char *version, int count);

#endif
