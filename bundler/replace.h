#ifndef BUNDLER_REPLACE_H
#define BUNDLER_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "error.h"
#include "staging.h"

/* Replacing several files, all or none: built beside their places, flushed, renamed in order. */

struct replacement {
	const char *path;		/* as the user named it */
	const struct buffer *bytes;	/* what the file has then; the caller's */
	struct staging staging;
	const char *name;		/* of the file in its directory */
	bool open;			/* the staging is its own, not that of one before it */
	bool same, moved;
};

/*
 * Builds what path and bytes of each say; replace_close ends it also after a failure. A file that
 * is there keeps its mode, a new one has 0644; one that has these bytes already is left alone.
 * STATUS_FILE, also for what is no regular file.
 */
int replace_open(struct replacement *files, size_t count, struct error *err);

/* Moves them to their places, in order, and flushes; with STATUS_FILE all are as they were. */
int replace_publish(struct replacement *files, size_t count, struct error *err);

/* Takes back what replace_publish did. */
void replace_retract(struct replacement *files, size_t count);

void replace_close(struct replacement *files, size_t count);

#endif
