/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests of artifacts, and BuildKit's attestation manifests. */
#include "attest/artifact.h"

#include <string.h>

#include "attest/simple.h"
#include "image/document.h"

#define BUILDKIT_TYPE "application/vnd.docker.attestation.manifest.v1+json"
#define BUILDKIT_PREDICATE "in-toto.io/predicate-type"

static json_t *describe(const char *media_type, const struct digest *digest, uint64_t size)
{
	char text[DIGEST_TEXT_BYTES];

	return json_pack("{s:s, s:s, s:I}", "mediaType", media_type,
			 "digest", digest_write(digest, text), "size", (json_int_t)size);
}

/* Takes over layers. */
static json_t *describe_manifest(const struct artifact_subject *subject, const char *artifact_type,
				 json_t *layers)
{
	const struct digest empty = digest_of_output(ARTIFACT_EMPTY_BYTES,
						     strlen(ARTIFACT_EMPTY_BYTES));

	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "schemaVersion", 2,
			 "mediaType", ARTIFACT_MANIFEST_TYPE, "artifactType", artifact_type,
			 "config", describe(ARTIFACT_EMPTY_TYPE, &empty,
					    strlen(ARTIFACT_EMPTY_BYTES)),
			 "layers", layers,
			 "subject", describe(subject->media_type, &subject->digest,
					     subject->size));
}

struct content artifact_write(const struct artifact_subject *subject, const char *artifact_type,
			      const struct artifact_document *document, const json_t *annotations)
{
	json_t *layer = describe(document->media_type, &document->digest, document->size);
	json_t *manifest = describe_manifest(subject, artifact_type, json_pack("[o]", layer));

	if (document->signature)
		json_object_set_new(layer, "annotations", json_pack("{s:s}",
			ATTEST_SIMPLE_ANNOTATION, document->signature));
	if (annotations)
		json_object_set_new(manifest, "annotations", json_deep_copy(annotations));
	return document_write(manifest, JSON_COMPACT);
}

struct content artifact_buildkit(const struct artifact_subject *subject,
				 const struct artifact_document *statements, size_t count)
{
	json_t *layers = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *layer = describe(statements[i].media_type, &statements[i].digest,
					 statements[i].size);

		json_object_set_new(layer, "annotations",
				    json_pack("{s:s}", BUILDKIT_PREDICATE,
					      statements[i].predicate_type));
		json_array_append_new(layers, layer);
	}
	return document_write(describe_manifest(subject, BUILDKIT_TYPE, layers), JSON_COMPACT);
}

json_t *artifact_buildkit_entry(const struct content *manifest, const struct digest *subject)
{
	json_t *entry = describe(ARTIFACT_MANIFEST_TYPE, &manifest->digest, manifest->size);
	char text[DIGEST_TEXT_BYTES];

	json_object_set_new(entry, "annotations", json_pack("{s:s, s:s}",
		"vnd.docker.reference.digest", digest_write(subject, text),
		"vnd.docker.reference.type", "attestation-manifest"));
	json_object_set_new(entry, "platform", json_pack("{s:s, s:s}", "architecture", "unknown",
							 "os", "unknown"));
	return entry;
}
