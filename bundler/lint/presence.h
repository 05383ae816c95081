/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_PRESENCE_H
#define BUNDLER_LINT_PRESENCE_H

#include <stddef.h>

/* What a tree has at the paths that its library file names, which are from outside. */

enum presence { PRESENCE_NONE, PRESENCE_DIRECTORY, PRESENCE_FILE, PRESENCE_UNKNOWN };

/*
 * Whether there is a directory at a path in fd, and a plain file at a path in that. No link and no
 * ".." is followed. *walked counts the parts of all paths; beyond LIMIT_LINT_WALKED nothing is
 * found. PRESENCE_UNKNOWN comes with errno: the tree could not be read.
 */
enum presence presence_find(int fd, const char *directory, const char *file, size_t *walked);

#endif
