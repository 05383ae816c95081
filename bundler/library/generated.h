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
 * Files that are generated into a directory which holds other files, too. A record there, in the
 * form of sha256sum(1), says what was generated: what has other bytes than those belongs to
 * somebody else.
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

/* What is to be done with a path. What is there and right already is no change. */
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
	struct generated_file record;	/* as it has to be */
	struct generated_row *rows;	/* of the record that is there, by path */
	size_t row_count;
	struct generated_change *changes;	/* the record's comes last */
	size_t count;
	struct pool pool;
};

/* Adds a file, copied. STATUS_CONFIG when its path is there already, or leads elsewhere. */
int generated_add(struct generated *generated, const char *path, const void *bytes, size_t length,
		  bool executable, struct error *err);
void generated_free(struct generated *generated);

/*
 * Compares the files, which must outlive the plan, with what is below directory, and the record at
 * path record. STATUS_FILE when something cannot be read, STATUS_CONFIG when the record is not one.
 */
int generated_compare(struct generated_plan *plan, const struct generated *generated,
		      int directory, const char *record, struct error *err);
void generated_plan_free(struct generated_plan *plan);

/*
 * Makes all changes and confirms, or on failure makes none. Without force STATUS_FILE for a foreign
 * file in the way. where names the directory in messages. The record changes last: what a killed
 * run has left is completed by the next one.
 */
int generated_apply(const struct generated_plan *plan, const char *where, bool force,
		    staging_confirm *confirm, void *context, struct error *err);

#endif
