/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads bundles of an envelope and a hint of its key. */
#include "attest/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "image/document.h"

int attest_bundle_write(struct buffer *bytes, const char *type, const void *payload, size_t length,
			const struct attest_signature *signature, const struct attest_key *key)
{
	/* The key is in the hint; cosign wants no other id of it in the envelope. */
	json_t *json = json_pack("{s:s, s:{s:{s:s}}, s:o}", "mediaType", ATTEST_BUNDLE_TYPE,
				 "verificationMaterial", "publicKey", "hint", key->hint,
				 "dsseEnvelope",
				 envelope_make(type, payload, length, signature, key, false));
	char *text = json_dumps(json, JSON_COMPACT);
	int result = buffer_add_string(bytes, text);

	free(text);
	json_decref(json);
	return result;
}

static const char *read_bundle(struct envelope *envelope, const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "mediaType"));
	const json_t *inner = json_object_get(json, "dsseEnvelope");
	const char *fault;

	if (!type || strcmp(type, ATTEST_BUNDLE_TYPE) != 0)
		return "it is no bundle of version 0.3";
	if (!inner || json_object_get(json, "messageSignature"))
		return "it has no envelope";
	fault = envelope_read(envelope, inner);
	if (!fault && envelope->count != 1)
		fault = "its envelope has not exactly one signature";
	return fault;
}

const char *attest_bundle_parse(struct envelope *envelope, const struct buffer *text)
{
	struct document document;
	const char *fault = document_parse(&document, text);

	*envelope = (struct envelope){ .type = NULL };
	fault = fault ? "it is not strict JSON" : read_bundle(envelope, document.root);
	document_free(&document);
	return fault;
}
