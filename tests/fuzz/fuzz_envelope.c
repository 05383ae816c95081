/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, envelopes and bundles of strangers are refused, or written again they are read as
 * the same; and nobody's signature is that of a key of ours.
 */
#include <stdlib.h>
#include <string.h>

#include "attest/bundle.h"
#include "attest/envelope.h"
#include "attest/key.h"
#include "attest/verify.h"
#include "base/limits.h"
#include "image/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_keys(const char *text, size_t size)
{
	struct attest_key key;
	struct error err;

	if (attest_key_read_public(&key, "fuzz", text, size, &err) == 0
	    && strlen(key.id) != ATTEST_KEY_ID_BYTES - 1)
		abort();
	if (attest_key_read_private(&key, "fuzz", text, size, &err) == 0) {
		struct attest_signature signature;

		attest_key_sign(&key, "x", 1, &signature);
		if (!attest_key_verify(&key, "x", 1, signature.bytes, signature.length))
			abort();
	}
	attest_key_wipe(&key);
}

/* Reads an envelope that stands alone. */
static const char *parse(struct envelope *envelope, const struct buffer *text)
{
	struct document document;
	const char *fault = document_parse(&document, text);

	*envelope = (struct envelope){ .type = NULL };
	fault = fault ? "it is not strict JSON" : envelope_read(envelope, document.root);
	document_free(&document);
	return fault;
}

static void check_envelope(const struct envelope *envelope)
{
	struct envelope again;
	struct buffer bytes;

	buffer_init(&bytes, 8 * LIMIT_ENVELOPE_BYTES);
	if (envelope_write(&bytes, envelope->type, envelope->payload, envelope->length, NULL, NULL)
	    < 0 || parse(&again, &bytes) || again.length != envelope->length
	    || memcmp(again.payload, envelope->payload, again.length) != 0
	    || strcmp(again.type, envelope->type) != 0)
		abort();
	envelope_free(&again);
	buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The point of RFC 6979 section A.2.5. */
	static const struct attest_key key = { .point =
		"\x04\x60\xfe\xd4\xba\x25\x5a\x9d\x31\xc9\x61\xeb\x74\xc6\x35\x6d\x68\xc0\x49\xb8"
		"\x92\x3b\x61\xfa\x6c\xe6\x69\x62\x2e\x60\xf2\x9f\xb6\x79\x03\xfe\x10\x08\xb8\xbc"
		"\x99\xa4\x1a\xe9\xe9\x56\x28\xbc\x64\xf2\xf1\xb2\x0c\x2d\x7e\x9f\x51\x77\xa3\xc2"
		"\x94\xd4\x46\x22\x99" };
	struct envelope envelope;
	struct digest digest = { .bytes = { 0 } };
	struct buffer text;
	uint64_t bytes;

	buffer_init(&text, 1 << 20);
	if (buffer_add(&text, data, size) < 0)
		return -1;
	try_keys(text.bytes ? text.bytes : "", size);
	if (!parse(&envelope, &text)) {
		if (envelope_verify(&envelope, &key))
			abort();
		check_envelope(&envelope);
	}
	envelope_free(&envelope);
	if (!attest_bundle_parse(&envelope, &text))
		check_envelope(&envelope);
	envelope_free(&envelope);
	if (!verify_bundle(&text, &digest, &key))
		abort();
	if (!verify_manifest(&text, &digest, &digest, &bytes) && bytes > LIMIT_ENVELOPE_BYTES)
		abort();
	buffer_free(&text);
	return 0;
}
