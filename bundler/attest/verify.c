/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a bundle is a signature of an image. */
#include "attest/verify.h"

#include <string.h>

#include "attest/bundle.h"
#include "attest/statement.h"
#include "base/limits.h"
#include "image/document.h"

static const char *read_manifest(struct document *document, const struct digest *image,
				 struct digest *digest, uint64_t *size)
{
	const char *type = json_string_value(json_object_get(document->root, "artifactType"));
	struct image_manifest manifest;
	struct descriptor subject;

	if (!type || strcmp(type, ATTEST_BUNDLE_TYPE) != 0)
		return "it is no bundle of version 0.3";
	document_manifest(document, &manifest);
	subject = descriptor_read(manifest.subject);
	if (subject.fault || !digest_equal(&subject.digest, image))
		return "it refers to another image";
	if (manifest.count != 1 || manifest.layers[0].fault
	    || strcmp(manifest.layers[0].media_type, ATTEST_BUNDLE_TYPE) != 0)
		return "it has not exactly one bundle";
	if (manifest.layers[0].size > LIMIT_ENVELOPE_BYTES)
		return "its bundle is too large";
	*digest = manifest.layers[0].digest;
	*size = manifest.layers[0].size;
	return NULL;
}

const char *verify_manifest(const struct buffer *text, const struct digest *image,
			    struct digest *digest, uint64_t *size)
{
	struct document document;
	const char *fault = document_parse(&document, text);

	fault = fault ? "it is not strict JSON" : read_manifest(&document, image, digest, size);
	document_free(&document);
	return fault;
}

static bool has_subject(const json_t *statement, const struct digest *image)
{
	const json_t *subjects = json_object_get(statement, "subject"), *subject;
	char hex[DIGEST_HEX_BYTES];
	size_t i;

	digest_write_hex(image, hex);
	json_array_foreach(subjects, i, subject)
	{
		const char *found = json_string_value(json_object_get(
			json_object_get(subject, "digest"), "sha256"));

		if (found && strcmp(found, hex) == 0)
			return true;
	}
	return false;
}

static const char *read_statement(const json_t *statement, const struct digest *image)
{
	const char *type = json_string_value(json_object_get(statement, "_type"));
	const char *predicate = json_string_value(json_object_get(statement, "predicateType"));

	/* cosign writes the older of the two (in-toto spec/v0.1.0). */
	if (!type || (strcmp(type, "https://in-toto.io/Statement/v1") != 0
		      && strcmp(type, "https://in-toto.io/Statement/v0.1") != 0))
		return "it signs no statement";
	if (!predicate || (strcmp(predicate, STATEMENT_SIGNATURE) != 0
			   && strcmp(predicate, STATEMENT_PROVENANCE) != 0))
		return "it signs neither an image nor a provenance";
	return has_subject(statement, image) ? NULL : "it signs another image";
}

const char *verify_bundle(const struct buffer *text, const struct digest *image,
			  const struct attest_key *key)
{
	struct document document;
	struct envelope envelope;
	const char *fault = attest_bundle_parse(&envelope, text);

	if (!fault && strcmp(envelope.type, STATEMENT_MEDIA_TYPE) != 0)
		fault = "it signs no statement";
	if (!fault && !envelope_verify(&envelope, key))
		fault = "it is not by this key";
	if (!fault) {
		const struct buffer payload = { .bytes = envelope.payload,
						.length = envelope.length };

		fault = document_parse(&document, &payload) ? "it signs no strict JSON"
			: read_statement(document.root, image);
		document_free(&document);
	}
	envelope_free(&envelope);
	return fault;
}
