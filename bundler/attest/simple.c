/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads the payload of cosign's simple signing. */
#include "attest/simple.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "image/document.h"

#define TYPE "cosign container image signature"

int attest_simple_write(struct buffer *bytes, const char *reference, const struct digest *digest)
{
	char hex[DIGEST_TEXT_BYTES];
	json_t *json = json_pack("{s:{s:{s:s}, s:{s:s}, s:s}, s:n}", "critical",
				 "identity", "docker-reference", reference,
				 "image", "docker-manifest-digest", digest_write(digest, hex),
				 "type", TYPE, "optional");
	char *text = json_dumps(json, JSON_COMPACT);
	int result = buffer_add_string(bytes, text);

	free(text);
	json_decref(json);
	return result;
}

static const char *read_payload(struct digest *digest, const json_t *json)
{
	const json_t *critical = json_object_get(json, "critical");
	const char *type = json_string_value(json_object_get(critical, "type"));
	const char *text = json_string_value(json_object_get(json_object_get(critical, "image"),
							     "docker-manifest-digest"));

	if (!type || strcmp(type, TYPE) != 0)
		return "it is no signature of an image";
	return !text || digest_parse(digest, text) ? "it has no digest of an image" : NULL;
}

const char *attest_simple_parse(struct digest *digest, const struct buffer *text)
{
	struct document document;
	const char *fault = document_parse(&document, text);

	fault = fault ? "it is not strict JSON" : read_payload(digest, document.root);
	document_free(&document);
	return fault;
}
