/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_PATH_H
#define BUNDLER_BASE_PATH_H

#include <stdbool.h>

#include "base/error.h"

/* The paths that recipes and users write, and nobody else: archives and networks name no paths. */

/*
 * Why name may not be a part of file names and, without encoding, of URLs, or NULL when it may: it
 * has letters, digits, ".", "_", "+" and "-", begins with a letter or a digit, and has at most
 * LIMIT_PATH_BYTES bytes.
 */
const char *path_name_fault(const char *name);

/*
 * Why path may not stand in the root file system, or NULL when it may: it is absolute, has no
 * empty, "." or ".." component, no control character and no backslash, and at most
 * LIMIT_PATH_BYTES bytes. "/" itself may not.
 */
const char *path_fault(const char *path);

/*
 * Why path may not name a file below the recipe's directory, or NULL when it may: it is relative
 * and has no empty, "." or ".." component.
 */
const char *path_beneath_fault(const char *path);

/* What stands behind the last slash of a path, or all of it. */
const char *path_name(const char *path);

/* Whether both are in one directory, as far as it is written in the same way. */
bool path_is_beside(const char *path, const char *other);

/*
 * Opens what relative path leads to below directory descriptor dirfd, for reading and with these
 * further flags of open(2). No component may be a symbolic link; "" leads to dirfd itself. Returns
 * a descriptor that the caller closes, or -1 with errno set.
 */
int path_open(int dirfd, const char *path, int flags);

/*
 * Opens the regular file at relative path, below directory descriptor dirfd, for reading. No
 * component may be "..", "." or a symbolic link, so the file is under dirfd whatever else happens
 * there. Returns a descriptor that the caller closes, or -1: STATUS_CONFIG for a path that leads
 * elsewhere, STATUS_FILE when it cannot be opened.
 */
int path_open_beneath(int dirfd, const char *path, struct error *err);

#endif
