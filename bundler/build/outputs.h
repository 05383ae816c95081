/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_OUTPUTS_H
#define BUNDLER_BUILD_OUTPUTS_H

#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/staging.h"
#include "build/build.h"
#include "tree/tree.h"

/*
 * The three outputs of one tree, side by side: the directory name, its manifest name.mtree and
 * its archive name.tar.
 */

/*
 * 0 when bundler may make or replace the outputs called name below dirfd: none of them is there, or
 * the manifest is bundler's and names everything that is in the directory. Otherwise STATUS_FILE
 * with the reason. What a run that was killed has half replaced is put back first.
 */
int outputs_check(int dirfd, const char *name, struct error *err);

/*
 * Writes the three of a tree and its manifest's text below dirfd, flushed. STATUS_FILE; leftovers
 * are the caller's.
 */
int outputs_write(const struct tree *tree, const struct buffer *manifest, int dirfd,
		  const char *name, struct error *err);

/*
 * Builds the tree of a platform as build_tree, with its large contents below dirfd, and writes the
 * three there, under the platform's directory name. digest is the manifest's.
 */
int outputs_build(const struct build *build, const struct platform *platform, int dirfd,
		  struct digest *digest, struct error *err);

/*
 * Moves the three of each of count names from the staging directory to their place, flushes, and
 * confirms: all of them or, with STATUS_FILE, none. Other runs wait meanwhile.
 */
int outputs_publish(const struct staging *staging, const char *const *names, size_t count,
		    staging_confirm *confirm, void *context, struct error *err);

#endif
