/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_SUMMARY_H
#define BUNDLER_ATTEST_SUMMARY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/digest.h"

/*
 * That images have passed an audit, as SLSA's verification summary (slsa
 * spec/verification_summary.md, version 1). docs/verification.md says what the levels mean.
 *
 * Verifiers take a level that begins with "SLSA_" for one of SLSA's own. in-toto's definition of
 * the predicate has no member for a version of the verifier, so it is part of the verifier's id.
 */

#define SUMMARY_REPRODUCED "BUNDLER_REPRODUCED"
#define SUMMARY_EQUIVALENT "BUNDLER_EQUIVALENT"
#define SUMMARY_SOURCE "BUNDLER_SOURCE_REPRODUCED"
#define SUMMARY_SOURCE_BUT_VCS "BUNDLER_SOURCE_REPRODUCED_BUT_VCS"
#define SUMMARY_IGNORED "BUNDLER_IGNORED_"	/* and a field, in upper case */

/* The program's version follows. */
#define SUMMARY_VERIFIER "https://bundler.example/verifiers/audit/v"

struct summary {
	const char *version;		/* of bundler */
	const char *resource;		/* URI of what was audited */
	const char *lock;		/* name of its file */
	const struct digest *lock_digest;
	bool identical;			/* the verdict; else equivalent */
	const char *const *ignored;	/* fields that were not compared, in order */
	size_t ignored_count;
	const char *source;		/* what all programs have of a proof, or NULL */
};

/*
 * The level: SUMMARY_REPRODUCED when all was compared and is identical, else SUMMARY_EQUIVALENT.
 */
const char *summary_level(const struct summary *summary);

/* The predicate, for statement_write; the caller frees it. It has no times. */
json_t *summary_describe(const struct summary *summary);

#endif
