#ifndef BUNDLER_STAGING_H
#define BUNDLER_STAGING_H

#include "error.h"

/*
 * A private directory beside the outputs, in which they are built and from which they are
 * renamed into place. What is left of one that died is removed by the next run.
 */
struct staging {
	int parent;		/* of the outputs; the caller's */
	int fd;			/* the private directory itself */
	char name[48];		/* of it, below parent */
};

/*
 * Makes the directory below parent, after removing those whose owner is gone (their lock is
 * free, flock(2)). where names parent in messages. STATUS_FILE.
 */
int staging_open(struct staging *staging, int parent, const char *where, struct error *err);

/*
 * Gives what is at name below the private directory the same name below parent, in one step,
 * and takes what was there before into the private directory. A directory that the file system
 * cannot exchange in one step is absent for a moment. Both are flushed by the caller before and by
 * staging_flush after. STATUS_FILE.
 */
int staging_publish(const struct staging *staging, const char *name, struct error *err);

/* Makes the renames so far survive a power loss. */
int staging_flush(const struct staging *staging, struct error *err);

/* Removes the private directory with all that is still in it. */
void staging_close(struct staging *staging);

#endif
