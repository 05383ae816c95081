/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_PINNED_H
#define BUNDLER_AUDIT_PINNED_H

#include "audit/audit.h"
#include "base/error.h"
#include "base/platform.h"
#include "recipe/lock.h"
#include "tree/tree.h"

/*
 * Compares an observed tree with the manifest that the lock pins for its platform (bundler-lock(5),
 * "mtree"): whether it is the same, but for times and for what an engine adds, which are notes.
 * What the manifest does not describe, such as extended attributes and hard links, is a difference.
 * epoch is the time of every file. STATUS_CONFIG when the lock pins none, STATUS_LIMIT when the
 * manifest of the tree is too large.
 */
int audit_pinned(struct audit *audit, const struct lock *lock, const struct platform *platform,
		 int64_t epoch, const struct tree *found, struct error *err);

#endif
