/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_STAGING_H
#define BUNDLER_BASE_STAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * A private directory beside the outputs. Outputs are built in it and renamed into place. A run
 * removes the private directories of runs that died.
 */
struct staging {
	int parent;		/* directory of the outputs; borrowed */
	int fd;			/* the private directory */
	char name[48];		/* of the private directory, below parent */
};

/*
 * Makes the private directory below parent, after removing those of dead runs (their lock is free,
 * flock(2)). where names parent in messages. STATUS_FILE.
 */
int staging_open(struct staging *staging, int parent, const char *where, struct error *err);

/* Calls visit with a descriptor of each dead run's directory below parent; if NULL, removes it. */
void staging_visit_dead(int parent, void (*visit)(int fd, void *context), void *context);

/* One name to be published. */
struct staging_move {
	const struct staging *staging;
	const char *name;	/* or a path; its directories exist below both */
	bool removed;		/* remove the old file, without a new one */
};

/* A last step, such as a report, that must succeed too. */
typedef int staging_confirm(void *context, struct error *err);

/*
 * Moves each name, in order, from the private directory to parent, and the old file, which must be
 * of the same type, to the private directory. Each exchange is one step; on file systems without
 * exchange the name is missing for a moment. Then flushes the renames and calls confirm, unless it
 * is NULL. If a step fails, all moves are undone, the last one first. The caller has flushed the
 * files' contents. STATUS_FILE.
 */
int staging_publish(const struct staging_move *moves, size_t count, staging_confirm *confirm,
		    void *context, struct error *err);

/*
 * Flushes the whole file system of the outputs, for many small files at once (syncfs(2), which
 * reports errors of the disk since Linux 5.8).
 */
int staging_flush_all(const struct staging *staging, struct error *err);

/* Removes the private directory and its content; -1 and errno if a part of it remains. */
int staging_close(struct staging *staging);

/*
 * The same at the end of a run with this result, which is returned. If something remains after a
 * success, returns -1 with STATUS_FILE: the outputs are complete; the next run removes the rest.
 */
int staging_end(struct staging *staging, int result, struct error *err);

/* As staging_open, in the directory of the file at path; *name is the last part of path. */
int staging_open_beside(struct staging *staging, const char *path, const char **name,
			struct error *err);
int staging_end_beside(struct staging *staging, int result, struct error *err);

/*
 * Replaces or makes the file at path with these bytes and this mode, flushed; confirm as in
 * staging_publish. After a failure, STATUS_FILE, path is unchanged. A link is not replaced.
 */
int staging_replace_file(const char *path, const void *bytes, size_t length, mode_t mode,
			 staging_confirm *confirm, void *context, struct error *err);

/* Makes such a file; STATUS_FILE, too, when there is anything at path. */
int staging_create_file(const char *path, const void *bytes, size_t length, mode_t mode,
			struct error *err);

#endif
