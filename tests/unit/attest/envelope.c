/* SPDX-License-Identifier: Apache-2.0 */
/* envelope.c, bundle.c and simple.c: what is signed, and what carries the signatures. */
#include "unit.h"

#include "attest/bundle.h"
#include "attest/envelope.h"
#include "attest/simple.h"
#include "base/limits.h"
#include "image/document.h"
#include "keys.h"

static struct attest_key key;
static struct error err;

/* A text that is read; the buffer does not own it. */
static struct buffer text_of(const char *text)
{
	return (struct buffer){ .bytes = (char *)(uintptr_t)text, .length = strlen(text) };
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

static int set_up(void **state)
{
	(void)state;
	return attest_key_read_private(&key, "k", KEY_PKCS8, strlen(KEY_PKCS8), &err);
}

static void encodes(void **state)
{
	struct buffer pae;

	(void)state;
	/* The example of protocol.md. */
	buffer_init(&pae, 1000);
	assert_int_equal(envelope_encode(&pae, "http://example.com/HelloWorld", "hello world", 11),
			 0);
	assert_string_equal(pae.bytes, "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	buffer_free(&pae);
	buffer_init(&pae, 30);
	assert_int_equal(envelope_encode(&pae, "http://example.com/HelloWorld", "hello world", 11),
			 -1);
	buffer_free(&pae);
}

static void writes_and_reads(void **state)
{
	struct attest_signature signature;
	struct envelope envelope;
	struct buffer bytes;

	(void)state;
	envelope_sign(&key, "t", "{}", 2, &signature);
	buffer_init(&bytes, 1000);
	assert_int_equal(envelope_write(&bytes, "t", "{}", 2, &signature, &key), 0);
	assert_non_null(strstr(bytes.bytes, "{\"payload\":\"e30=\",\"payloadType\":\"t\","
			       "\"signatures\":[{\"sig\":\"ME"));
	assert_non_null(strstr(bytes.bytes, "\",\"keyid\":\"SHA256:hfuNWmjIYvsBGZ6dpCLTTAEa5LxbZA"
			       "BRHHVoynAxFlo\"}]}\n"));
	assert_null(parse(&envelope, &bytes));
	assert_string_equal(envelope.type, "t");
	assert_string_equal(envelope.payload, "{}");
	assert_int_equal(envelope.count, 1);
	assert_true(envelope_verify(&envelope, &key));
	/* The type is signed, too, and each byte. */
	envelope.type[0] ^= 1;
	assert_false(envelope_verify(&envelope, &key));
	envelope.type[0] ^= 1;
	envelope.payload[1] ^= 1;
	assert_false(envelope_verify(&envelope, &key));
	envelope_free(&envelope);
	buffer_free(&bytes);

	assert_int_equal(envelope_write(&bytes, "t", "", 0, NULL, &key), 0);
	assert_string_equal(bytes.bytes, "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}\n");
	assert_null(parse(&envelope, &bytes));
	assert_false(envelope_verify(&envelope, &key));
	envelope_free(&envelope);
	buffer_free(&bytes);
}

static void takes_any_signature_of_the_key(void **state)
{
	struct attest_signature signature;
	struct envelope envelope;
	struct buffer bytes;
	json_t *json, *list;
	char *text;

	(void)state;
	envelope_sign(&key, "t", "{}", 2, &signature);
	json = envelope_make("t", "{}", 2, &signature, &key, false);
	list = json_object_get(json, "signatures");
	/* Another's, and an id that is a hint only. */
	json_array_insert_new(list, 0, json_pack("{s:s, s:s}", "sig", "AAAA", "keyid", key.id));
	json_object_set_new(json_array_get(list, 1), "keyid", json_string("x"));
	json_object_set_new(json, "unknown", json_true());
	text = json_dumps(json, 0);
	bytes = text_of(text);
	assert_null(parse(&envelope, &bytes));
	assert_int_equal(envelope.count, 2);
	assert_true(envelope_verify(&envelope, &key));
	envelope_free(&envelope);
	free(text);
	for (size_t i = 2; i <= LIMIT_SIGNATURES; i++)
		json_array_append_new(list, json_pack("{s:s}", "sig", "AAAA"));
	text = json_dumps(json, 0);
	bytes = text_of(text);
	assert_string_equal(parse(&envelope, &bytes), "it has too many signatures");
	envelope_free(&envelope);
	free(text);
	json_decref(json);
}

static void refuses_envelopes(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "it is not strict JSON" },
		{ "{\"payload\":\"\",\"Payload\":\"\"}", "it is not strict JSON" },
		{ "[]", "it is no envelope" },
		{ "{\"payload\":\"\",\"signatures\":[]}", "it is no envelope" },
		{ "{\"payloadType\":\"t\",\"signatures\":[]}", "it is no envelope" },
		{ "{\"payload\":\"\",\"payloadType\":\"\",\"signatures\":[]}", "it is no envelope" },
		{ "{\"payload\":\"e3\",\"payloadType\":\"t\",\"signatures\":[]}",
		  "its payload is not in base 64" },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\"}", "it has no list of signatures" },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[1]}",
		  "one of its signatures is none" },
		{ "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"-_\"}]}",
		  "one of its signatures is not in base 64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct buffer text = text_of(cases[i].text);
		struct envelope envelope;

		assert_string_equal(parse(&envelope, &text), cases[i].reason);
		envelope_free(&envelope);
	}
}

static void bundles(void **state)
{
	struct attest_signature signature;
	struct envelope envelope;
	struct buffer bytes;

	(void)state;
	envelope_sign(&key, "t", "{}", 2, &signature);
	buffer_init(&bytes, 2000);
	assert_int_equal(attest_bundle_write(&bytes, "t", "{}", 2, &signature, &key), 0);
	assert_non_null(strstr(bytes.bytes, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle."
		"v0.3+json\",\"verificationMaterial\":{\"publicKey\":{\"hint\":"
		"\"Wnp4zKSg9CDZvGK7Zpw8J1njn3I9OuENy+DwgVoH7NQ=\"}},\"dsseEnvelope\":{\"payload\":"
		"\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"ME"));
	assert_null(strstr(bytes.bytes, "keyid"));
	assert_null(attest_bundle_parse(&envelope, &bytes));
	assert_true(envelope_verify(&envelope, &key));
	envelope_free(&envelope);
	buffer_free(&bytes);
}

#define BUNDLE(inner) "{\"mediaType\":\"" ATTEST_BUNDLE_TYPE "\"," inner "}"
#define ENVELOPE(signatures) "\"dsseEnvelope\":{\"payload\":\"\",\"payloadType\":\"t\"," \
	"\"signatures\":[" signatures "]}"

static void refuses_bundles(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "{", "it is not strict JSON" },
		{ "{}", "it is no bundle of version 0.3" },
		{ "{\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;version=0.2\"}",
		  "it is no bundle of version 0.3" },
		{ BUNDLE("\"messageSignature\":{}"), "it has no envelope" },
		{ BUNDLE("\"messageSignature\":{}," ENVELOPE("{\"sig\":\"AA==\"}")),
		  "it has no envelope" },
		{ BUNDLE("\"dsseEnvelope\":1"), "it is no envelope" },
		{ BUNDLE(ENVELOPE("")), "its envelope has not exactly one signature" },
		{ BUNDLE(ENVELOPE("{\"sig\":\"AA==\"},{\"sig\":\"AA==\"}")),
		  "its envelope has not exactly one signature" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct buffer text = text_of(cases[i].text);
		struct envelope envelope;

		assert_string_equal(attest_bundle_parse(&envelope, &text), cases[i].reason);
		envelope_free(&envelope);
	}
}

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"	/* of "abc" */
static void writes_payloads(void **state)
{
	const struct digest digest = digest_of("abc", 3);
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 1000);
	assert_int_equal(attest_simple_write(&bytes, "r/x", &digest), 0);
	assert_string_equal(bytes.bytes,
			    "{\"critical\":{\"identity\":{\"docker-reference\":\"r/x\"},"
			    "\"image\":{\"docker-manifest-digest\":\"sha256:" HEX "\"},"
			    "\"type\":\"cosign container image signature\"},\"optional\":null}");
	buffer_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes),
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(takes_any_signature_of_the_key),
		cmocka_unit_test(refuses_envelopes),
		cmocka_unit_test(bundles),
		cmocka_unit_test(refuses_bundles),
		cmocka_unit_test(writes_payloads),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
