/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_STATEMENTS_H
#define BUNDLER_AUDIT_STATEMENTS_H

#include <jansson.h>
#include <stddef.h>

#include "audit/audit.h"
#include "base/digest.h"
#include "base/error.h"
#include "image/location.h"

/* Compares what is stated about images, at their place, with what would be stated again. */

/* A statement that would be made again. */
struct audit_statement {
	struct digest subject;	/* the manifest or index that it is put beside */
	const char *platform;	/* for the findings, or NULL */
	json_t *statement;		/* all of it */
};

/*
 * Reads all statements at a place of a kind that holds images: those that refer to one of the
 * subjects, and BuildKit's. Those of bundler that are not the expected ones are different, but for
 * who has built; those of others, which nothing is known of, and what cannot be read are notes.
 * STATUS_LIMIT, STATUS_FILE.
 */
int audit_statements(struct audit *audit, const struct location *place,
		     const struct audit_statement *expected, size_t count, struct error *err);

#endif
