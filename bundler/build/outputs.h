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
 * The three outputs of a tree, beside each other: the directory name, its manifest name.mtree and
 * its archive name.tar.
 */

/*
 * STATUS_FILE unless bundler may make or replace the outputs called name below dirfd: none of them
 * exists, or the manifest is bundler's and names every path in the directory. First undoes what a
 * killed run has replaced by half.
 */
int outputs_check(int dirfd, const char *name, struct error *err);

/* Writes the three outputs below dirfd, flushed. STATUS_FILE; the caller removes leftovers. */
int outputs_write(const struct tree *tree, const struct buffer *manifest, int dirfd,
		  const char *name, struct error *err);

/*
 * Builds the tree of a platform as build_tree, with large contents below dirfd, and writes the
 * three outputs there, named as the platform's directory. digest becomes that of the manifest.
 */
int outputs_build(const struct build *build, const struct platform *platform, int dirfd,
		  struct digest *digest, struct error *err);

/*
 * Publishes the three outputs of each of count names with staging_publish: all or, with
 * STATUS_FILE, none. Other runs wait meanwhile.
 */
int outputs_publish(const struct staging *staging, const char *const *names, size_t count,
		    staging_confirm *confirm, void *context, struct error *err);

#endif
