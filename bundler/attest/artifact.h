/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_ARTIFACT_H
#define BUNDLER_ATTEST_ARTIFACT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/digest.h"

/*
 * Manifests that carry a document about an image beside it: artifacts, which refer to the image
 * (image-spec manifest.md, "Guidelines for Artifact Usage"), and BuildKit's attestation manifests,
 * which are entries of its index (moby/buildkit docs/attestations/attestation-storage.md).
 */

#define ARTIFACT_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define ARTIFACT_INDEX_TYPE "application/vnd.oci.image.index.v1+json"

/* The configuration of both: "{}" (manifest.md, "Guidance for an Empty Descriptor"). */
#define ARTIFACT_EMPTY_TYPE "application/vnd.oci.empty.v1+json"
#define ARTIFACT_EMPTY_BYTES "{}"

/* The manifest or the index that is referred to. */
struct artifact_subject {
	const char *media_type;
	struct digest digest;
	uint64_t size;		/* in bytes */
};

/* A document that is carried. */
struct artifact_document {
	const char *media_type;
	const char *predicate_type;	/* of a statement, for BuildKit's annotation */
	const char *signature;		/* of a payload, for cosign's annotation; or NULL */
	struct digest digest;
	uint64_t size;			/* in bytes */
};

/*
 * The manifest of an artifact of one document. annotations, or NULL, stay the caller's. What lists
 * it is in image/listing.h. Caller frees with content_free.
 */
struct content artifact_write(const struct artifact_subject *subject, const char *artifact_type,
			      const struct artifact_document *document, const json_t *annotations);

/* BuildKit's attestation manifest, of statements. Caller frees with content_free. */
struct content artifact_buildkit(const struct artifact_subject *subject,
				 const struct artifact_document *statements, size_t count);

/* Its entry in the index that has the subject. */
json_t *artifact_buildkit_entry(const struct content *manifest, const struct digest *subject);

#endif
