/* SPDX-License-Identifier: Apache-2.0 */
/* Writes, reads and verifies signed envelopes. */
#include "attest/envelope.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/document.h"

int envelope_encode(struct buffer *pae, const char *type, const void *payload, size_t length)
{
	if (buffer_format(pae, "DSSEv1 %zu %s %zu ", strlen(type), type, length) < 0)
		return -1;
	return buffer_add(pae, payload, length);
}

/* The same, without a maximum but that of memory: the payload is there already. */
static void encode(struct buffer *pae, const char *type, const void *payload, size_t length)
{
	buffer_init(pae, length + strlen(type) + 64);
	envelope_encode(pae, type, payload, length);
}

void envelope_sign(const struct attest_key *key, const char *type, const void *payload,
		   size_t length, struct attest_signature *signature)
{
	struct buffer pae;

	encode(&pae, type, payload, length);
	attest_key_sign(key, pae.bytes, pae.length, signature);
	buffer_free(&pae);
}

json_t *envelope_make(const char *type, const void *payload, size_t length,
		      const struct attest_signature *signature, const struct attest_key *key,
		      bool named)
{
	char *text = base64_write(payload, length), *sig;
	json_t *json = json_pack("{s:s, s:s, s:[]}", "payload", text, "payloadType", type,
				 "signatures"), *entry;

	free(text);
	if (!signature)
		return json;
	sig = base64_write(signature->bytes, signature->length);
	entry = json_pack("{s:s}", "sig", sig);
	if (named)
		json_object_set_new(entry, "keyid", json_string(key->id));
	json_array_append_new(json_object_get(json, "signatures"), entry);
	free(sig);
	return json;
}

int envelope_write(struct buffer *bytes, const char *type, const void *payload, size_t length,
		   const struct attest_signature *signature, const struct attest_key *key)
{
	json_t *json = envelope_make(type, payload, length, signature, key, true);
	char *text = json_dumps(json, JSON_COMPACT);
	int result = buffer_format(bytes, "%s\n", text);

	free(text);
	json_decref(json);
	return result;
}

/* ---- reading ---- */

static const char *read_signatures(struct envelope *envelope, const json_t *list)
{
	const json_t *entry;
	size_t i;

	if (!json_is_array(list))
		return "it has no list of signatures";
	if (json_array_size(list) > LIMIT_SIGNATURES)
		return "it has too many signatures";
	envelope->signatures = memory_new(json_array_size(list) + 1, sizeof *envelope->signatures);
	json_array_foreach(list, i, entry)
	{
		const char *text = json_string_value(json_object_get(entry, "sig"));
		struct envelope_signature *signature = &envelope->signatures[i];

		if (!text || strlen(text) > LIMIT_SIGNATURE_BYTES)
			return "one of its signatures is none";
		signature->bytes = base64_parse(text, &signature->length);
		if (!signature->bytes)
			return "one of its signatures is not in base 64";
		envelope->count++;
	}
	return NULL;
}

const char *envelope_read(struct envelope *envelope, const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "payloadType"));
	const char *payload = json_string_value(json_object_get(json, "payload"));

	*envelope = (struct envelope){ .type = NULL };
	if (!type || !*type || !payload)
		return "it is no envelope";
	envelope->type = memory_string(type);
	envelope->payload = base64_parse(payload, &envelope->length);
	if (!envelope->payload)
		return "its payload is not in base 64";
	if (envelope->length > LIMIT_STATEMENT_BYTES)
		return "its payload is too large";
	return read_signatures(envelope, json_object_get(json, "signatures"));
}

void envelope_free(struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++)
		free(envelope->signatures[i].bytes);
	free(envelope->signatures);
	free(envelope->payload);
	free(envelope->type);
	*envelope = (struct envelope){ .type = NULL };
}

bool envelope_verify(const struct envelope *envelope, const struct attest_key *key)
{
	struct buffer pae;
	bool right = false;

	encode(&pae, envelope->type, envelope->payload, envelope->length);
	for (size_t i = 0; i < envelope->count && !right; i++)
		right = attest_key_verify(key, pae.bytes, pae.length, envelope->signatures[i].bytes,
					  envelope->signatures[i].length);
	buffer_free(&pae);
	return right;
}
