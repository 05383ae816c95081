/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_STATEMENT_H
#define BUNDLER_ATTEST_STATEMENT_H

#include <jansson.h>
#include <stddef.h>

#include "base/content.h"
#include "base/digest.h"
#include "base/pool.h"

/* Statements about images (in-toto attestation framework, spec/v1/statement.md). */

#define STATEMENT_MEDIA_TYPE "application/vnd.in-toto+json"

/* The types of predicates, by which consumers find them. */
#define STATEMENT_PROVENANCE "https://slsa.dev/provenance/v1"
#define STATEMENT_SUMMARY "https://slsa.dev/verification_summary/v1"
#define STATEMENT_SPDX "https://spdx.dev/Document"
#define STATEMENT_SIGNATURE "https://sigstore.dev/cosign/sign/v1"	/* cosign's */

/* What a statement is about; verifiers compare the digest alone. */
struct statement_subject {
	const char *name;
	struct digest digest;
};

/* A statement: _type, subject, predicateType, predicate. The caller keeps the predicate. */
json_t *statement_describe(const struct statement_subject *subjects, size_t count,
			   const char *predicate_type, const json_t *predicate);

/*
 * The same in compact JSON, members in the order in which they were set. Whoever signs a statement
 * signs these bytes (spec/v1/envelope.md). Caller frees with content_free.
 */
struct content statement_write(const struct statement_subject *subjects, size_t count,
			       const char *predicate_type, const json_t *predicate);

/*
 * The name of an image's manifest as package URL (purl-spec, type oci), in pool. name is that of
 * the repository, whose last part counts. Without an architecture, the name is that of an index.
 */
const char *statement_name(struct pool *pool, const char *name, const struct digest *digest,
			   const char *architecture);

#endif
