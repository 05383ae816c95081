/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_STAGING_H
#define BUNDLER_BASE_STAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

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

/* Calls visit with a descriptor of each directory below parent whose owner is gone. */
void staging_visit_dead(int parent, void (*visit)(int fd, void *context), void *context);

/* One name to be published. */
struct staging_move {
	const struct staging *staging;
	const char *name;	/* may be a path whose directories are in both */
	bool removed;		/* nothing is to take the place of what is there */
};

/* What has to succeed before what was published counts, such as a report of it. */
typedef int staging_confirm(void *context, struct error *err);

/*
 * In order, gives what is at each name below the private directory the same name below parent, in
 * one step, and takes what was there before, which must be of the same type, into the private
 * directory. Where the file system cannot exchange the two, nothing is there for a moment. Then the
 * renames are made to survive a power loss, and confirmed, unless confirm is NULL. When one of
 * these fails, all is taken back, from the last on. What is published has been flushed by the
 * caller. STATUS_FILE.
 */
int staging_publish(const struct staging_move *moves, size_t count, staging_confirm *confirm,
		    void *context, struct error *err);

/*
 * Makes everything survive a power loss that was written to the file system so far, files and
 * renames, by whomever: for many small files at once (syncfs(2), whose errors are those of the disk
 * since Linux 5.8).
 */
int staging_flush_all(const struct staging *staging, struct error *err);

/* Removes the private directory with all that is still in it. */
void staging_close(struct staging *staging);

/*
 * The same beside the file at path, with the directory that it is in as parent; *name is the file's
 * name there. STATUS_FILE.
 */
int staging_open_beside(struct staging *staging, const char *path, const char **name,
			struct error *err);
void staging_close_beside(struct staging *staging);

/*
 * Replaces the file at path, or makes it, by way of a private directory beside it: bytes with this
 * mode, flushed, and confirms, unless confirm is NULL. STATUS_FILE, and then path is as it was.
 */
int staging_replace_file(const char *path, const void *bytes, size_t length, mode_t mode,
			 staging_confirm *confirm, void *context, struct error *err);

#endif
