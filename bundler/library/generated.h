/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_GENERATED_H
#define BUNDLER_LIBRARY_GENERATED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/pool.h"
#include "base/staging.h"

/*
 * Files that are generated into a directory with other files. A record there, in the form of
 * sha256sum(1), says what was generated: a file with other bytes is somebody else's.
 */

struct generated_file {
	char *path;		/* below the directory */
	char *bytes;
	size_t length;
	bool executable;
};

/* A zeroed one is empty and ready. */
struct generated {
	struct generated_file *files;
	size_t count, capacity;
	struct pool pool;
};

enum generated_action { GENERATED_CREATE, GENERATED_REPLACE, GENERATED_REMOVE, GENERATED_LEAVE };

/* What is to be done with a path; nothing when it is right already. */
struct generated_change {
	enum generated_action action;	/* LEAVE: generated once, not any more, and edited since */
	const char *path;
	const struct generated_file *file;	/* to create, to replace with */
	bool foreign;			/* to replace: what is there was not generated */
};

/* What was generated before. */
struct generated_row {
	char *path;
	struct digest digest;
};

struct generated_plan {
	int directory;			/* the caller's, or -1 where there is none yet */
	struct generated_file record;	/* as it will be */
	struct generated_row *rows;	/* of the record as it is, by path */
	size_t row_count;
	struct generated_change *changes;	/* the record's comes last */
	size_t count;
	struct pool pool;
};

/* Copies and adds a file. STATUS_CONFIG when its path was added before, or leads elsewhere. */
int generated_add(struct generated *generated, const char *path, const void *bytes, size_t length,
		  bool executable, struct error *err);
void generated_free(struct generated *generated);

/*
 * Plans what makes directory and the record at path record right. The files must outlive the plan.
 * STATUS_FILE when something cannot be read, STATUS_CONFIG when the record is malformed.
 */
int generated_compare(struct generated_plan *plan, const struct generated *generated,
		      int directory, const char *record, struct error *err);
void generated_plan_free(struct generated_plan *plan);

/*
 * Makes all changes and confirms, or on failure makes none. Without force a foreign file in the way
 * is STATUS_FILE. where names the directory in messages. The record changes last, so that the next
 * run completes what a killed one has left.
 */
int generated_apply(const struct generated_plan *plan, const char *where, bool force,
		    staging_confirm *confirm, void *context, struct error *err);

#endif
