#ifndef BUNDLER_BUILD_H
#define BUNDLER_BUILD_H

#include "error.h"
#include "fetch.h"
#include "lock.h"
#include "platform.h"
#include "recipe.h"
#include "tree.h"

/* What the trees of all platforms are built from. */
struct build {
	const struct recipe *recipe;
	const struct lock *lock;	/* checked against the recipe */
	struct fetch *fetch;
	int64_t epoch;			/* time of every file */
};

/*
 * Fetches the asset that the lock has for the platform, and assembles its tree, which the caller
 * frees with tree_free. Large contents live on the file system of directory. Platforms may be
 * built at the same time. Every status that fetch_open and assemble_tree have.
 */
int build_tree(const struct build *build, const struct platform *platform,
	       const struct fetch_asset *asset, int directory, struct tree *tree,
	       struct error *err);

#endif
