/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_SUMMARY_H
#define BUNDLER_COMMAND_SUMMARY_H

#include <jansson.h>
#include <stdbool.h>

#include "attest/key.h"
#include "attest/proof.h"
#include "audit/audit.h"
#include "audit/observe_place.h"
#include "base/confine.h"
#include "base/error.h"
#include "base/pool.h"
#include "base/staging.h"
#include "command/differences.h"
#include "command/option.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"

/* A file that says that images have passed an audit (attest/summary.h). */

/* A row for the options of a command whose struct run has such a struct named summary. */
#define COMMAND_SUMMARY_OPTIONS \
	{ "attest", "FILE", "write a summary of an audit that has passed; of a list, to FILE/", \
	  OPTION(summary.path) }, \
	{ "proved", "FILE", "add to the summary what make prove has found of the programs", \
	  OPTION(summary.proof_file) }

struct command_summary {
	const char *proof_file;	/* --proved, or NULL */
	struct proof proof;
	const char *path;	/* --attest, or NULL: nothing of this is wanted */
	const struct attest_key *key;	/* that signs it, or NULL; the caller's */
	bool many;		/* path is a directory, in which a summary is named by its image */
	bool whole;		/* all images of the place are compared, so their indexes are */
	struct pool pool;
};

/*
 * After the options: STATUS_USAGE if what runs would not be compared, for a place without images,
 * and with pinned results.
 */
int command_summary_check(const struct command_summary *summary,
			  const struct command_differences *differences, bool pinned,
			  const struct location *place, struct error *err);

/* Lists where the file will be; makes the directory. STATUS_FILE. */
int command_summary_list(const struct command_summary *summary, struct confine *confine,
			 struct error *err);

/* Reads the proof. As proof_open. */
int command_summary_open(struct command_summary *summary, struct error *err);

/*
 * If the audit of a place has passed, adds "summary" to a report, which may be NULL, and writes the
 * file. confirm is called in any case, as in staging_publish. name is the repository of the images.
 * A summary is about each image that was compared and, if they are whole, the indexes. With a key,
 * the file is a DSSE envelope of it. STATUS_ARCHIVE for an image without a manifest, STATUS_FILE.
 * As proof_level for each program that the recipe states.
 */
int command_summary_write(struct command_summary *summary,
			  const struct command_differences *differences, const struct audit *audit,
			  const struct observe_place *observed,
			  const struct recipe *recipe, const struct lock *lock, const char *name,
			  json_t *report, staging_confirm *confirm, void *context,
			  struct error *err);

/*
 * What the audited thing is called, in pool: the place if others know it by that name, as one in a
 * registry; else the name of the first subject.
 */
const char *command_summary_resource(struct pool *pool, const struct location *place,
				     const char *subject);

void command_summary_free(struct command_summary *summary);

#endif
