/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_GIT_H
#define BUNDLER_LIBRARY_GIT_H

#include <stddef.h>

#include "base/error.h"

/*
 * Commits of a git repository, read from its files: git itself is not run, as it would do what the
 * repository's configuration says. Only loose and packed references are understood
 * (gitrepository-layout(5), git-pack-refs(1)), and work trees that have their .git elsewhere.
 */

#define GIT_COMMIT_BYTES 65	/* hexadecimal digits of SHA-256, and a NUL */

struct git {
	int directory;		/* of this work tree: HEAD */
	int common;		/* of all of its repository's: references */
};

/* Why text names no commit, or NULL when it is one: 40 or 64 digits, in lower case. */
const char *git_commit_fault(const char *text);

/*
 * Opens the repository whose work tree begins at directory, a descriptor; where names it in
 * messages. STATUS_FILE when it is none.
 */
int git_open(struct git *git, int directory, const char *where, struct error *err);
void git_close(struct git *git);

/*
 * The commit that is checked out, and in branch, of size bytes, the name of the branch that it is
 * on, or "" without one. STATUS_FILE when there is no commit, or cannot be told.
 */
int git_head(const struct git *git, char commit[GIT_COMMIT_BYTES], char *branch, size_t size,
	     struct error *err);

/*
 * The commit of a branch, of this repository or else as its remote "origin" was last seen to have
 * it.
 */
int git_branch(const struct git *git, const char *branch, char commit[GIT_COMMIT_BYTES],
	       struct error *err);

#endif
