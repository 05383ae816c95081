/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_DIRECTORY_H
#define BUNDLER_AUDIT_OBSERVE_DIRECTORY_H

#include "audit/observe.h"
#include "base/error.h"
#include "tree/tree.h"

/*
 * Fills tree with what is in the directory at path, as it is: no symbolic link in it is followed,
 * nothing but directories and regular files is opened, and hard links are known where both names
 * are in it. The path itself may be a link. Extended attributes are those of files and directories,
 * without SELinux's label, which belongs to the machine. reference is NULL in a first reading.
 * STATUS_FILE for what cannot be read, STATUS_LIMIT; the tree is the caller's to free in any case.
 */
int observe_directory(struct tree *tree, const char *path,
		      const struct observe_reference *reference, struct error *err);

#endif
