/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_PATH_H
#define BUNDLER_BASE_PATH_H

#include <stdbool.h>

#include "base/error.h"

/* Paths from recipes and users. Names from archives and networks are never used as paths. */

/*
 * Why name is refused as part of file names and, unencoded, of URLs, or NULL. It must have only
 * letters, digits, ".", "_", "+" and "-", begin with a letter or a digit, and have at most
 * LIMIT_PATH_BYTES bytes.
 */
const char *path_name_fault(const char *name);

/*
 * Why path is refused in the root file system, or NULL. It must be absolute, not "/", without
 * empty, "." and ".." components, control characters and backslashes, and have at most
 * LIMIT_PATH_BYTES bytes.
 */
const char *path_fault(const char *path);

/*
 * Why path is refused for a file below the recipe's directory, or NULL. It must be relative,
 * without empty, "." and ".." components.
 */
const char *path_beneath_fault(const char *path);

/* The part of path after its last slash, or all of it. */
const char *path_name(const char *path);

/* Whether both paths have the same text before their last slash. */
bool path_is_beside(const char *path, const char *other);

/*
 * Opens the relative path below dirfd for reading, with these additional flags of open(2). No
 * component may be a symbolic link; "" is dirfd itself. Returns a descriptor, which the caller
 * closes, or -1 with errno set.
 */
int path_open(int dirfd, const char *path, int flags);

/*
 * The same for the relative path of a file, but links are followed that stay below dirfd; where
 * the kernel cannot tell them, none is. errno is EXDEV for a path that leads elsewhere, ELOOP for
 * a link that is not followed.
 */
int path_open_within(int dirfd, const char *path, int flags);

/*
 * Opens the regular file at the relative path below dirfd for reading. No component may be "..",
 * "." or a symbolic link, so the file is below dirfd whatever other processes do. Returns a
 * descriptor, which the caller closes, or -1: STATUS_CONFIG for a path that leads elsewhere,
 * STATUS_FILE if it cannot be opened.
 */
int path_open_beneath(int dirfd, const char *path, struct error *err);

#endif
