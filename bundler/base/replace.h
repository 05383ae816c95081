/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_REPLACE_H
#define BUNDLER_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/staging.h"

/* Replaces several files, all or none: written beside the old ones, flushed, renamed in order. */

struct replacement {
	const char *path;		/* as the user named it */
	const struct buffer *bytes;	/* new content */
	/* The caller does not use the rest. */
	struct staging own;		/* open unless a file before it is in the same directory */
	const struct staging *staging;	/* own, or that of the file before */
	const char *name;		/* of the file in its directory */
	bool open;
};

/*
 * Gives each file its bytes; confirm as in staging_publish. An existing file keeps its mode, a new
 * one has 0644; a file that has these bytes already is left alone. STATUS_FILE, also for a path
 * that is not a regular file; then all files are unchanged.
 */
int replace_files(struct replacement *files, size_t count, staging_confirm *confirm, void *context,
		  struct error *err);

#endif
