/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_GIT_H
#define BUNDLER_LIBRARY_GIT_H

#include <stddef.h>

#include "base/error.h"

/*
 * Commits of a git repository, read from its files: git itself is not run, because the repository's
 * configuration can make it execute commands. Only loose and packed references are understood
 * (gitrepository-layout(5), git-pack-refs(1)), and work trees that have their .git elsewhere.
 */

#define GIT_COMMIT_BYTES 65	/* hexadecimal digits of SHA-256, and a NUL */

struct git {
	int directory;		/* of this work tree: has HEAD */
	int common;		/* of all work trees of the repository: has the references */
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
 * The commit that is checked out; branch, of size bytes, gets the name of its branch, or "" when
 * there is none. STATUS_FILE when there is no commit, or it is not found.
 */
int git_head(const struct git *git, char commit[GIT_COMMIT_BYTES], char *branch, size_t size,
	     struct error *err);

/*
 * The commit of a branch: of this repository, else the one last fetched from the remote "origin".
 * STATUS_FILE when there is none.
 */
int git_branch(const struct git *git, const char *branch, char commit[GIT_COMMIT_BYTES],
	       struct error *err);

#endif
