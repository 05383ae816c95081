/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_LANDLOCK_H
#define BUNDLER_BASE_LANDLOCK_H

#include <stdbool.h>

/*
 * Landlock (landlock(7)): a thread gives up files, TCP ports and signals, for itself and for what
 * it starts later. The constants are our own, because the headers of older systems lack the newer
 * ones; what the kernel does not know is left out.
 */

/* What may be done below a path. */
enum landlock_access {
	LANDLOCK_READ = 1,	/* read files, list directories */
	LANDLOCK_WRITE = 2,	/* the same; make, change and remove files, directories, links */
	LANDLOCK_REMOVE = 4	/* remove directories that are empty */
};

struct landlock {
	int fd;			/* the ruleset */
	int abi;		/* the version of Landlock that it is of, 1 to 7 */
};

/*
 * Opens a ruleset of the newest version that the kernel takes. It forbids everything with files and
 * with processes that are not bound by it, and connections unless connects. -1 with errno set:
 * ENOSYS, EOPNOTSUPP, EPERM or EINVAL where there is no Landlock.
 */
int landlock_open(struct landlock *rules, bool connects);

/* Allows access to what is at path, a link followed. A missing path is left out. errno. */
int landlock_allow(const struct landlock *rules, const char *path, enum landlock_access access);

/* Allows connections to a TCP port; 0 also where the kernel cannot forbid them. errno. */
int landlock_connect(const struct landlock *rules, unsigned port);

/* Binds the calling thread to the rules, for ever. errno. */
int landlock_restrict(const struct landlock *rules);

void landlock_close(struct landlock *rules);

#endif
