/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_REPLACE_H
#define BUNDLER_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/staging.h"

/* Replacing several files, all or none: built beside their places, flushed, renamed in order. */

struct replacement {
	const char *path;		/* as the user named it */
	const struct buffer *bytes;	/* what the file has then */
	/* The rest is not the caller's. */
	struct staging own;		/* open unless a file before it is in the same directory */
	const struct staging *staging;	/* this one, or that file's */
	const char *name;		/* of the file in its directory */
	bool open;
};

/*
 * Gives each file its bytes, and confirms. A file that is there keeps its mode, a new one has 0644;
 * one that has these bytes already is left alone. STATUS_FILE, also for what is no regular file,
 * and then all are as they were.
 */
int replace_files(struct replacement *files, size_t count, staging_confirm *confirm, void *context,
		  struct error *err);

#endif
