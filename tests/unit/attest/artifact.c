/* SPDX-License-Identifier: Apache-2.0 */
/* artifact.c: manifests that carry documents about images. */
#include "unit.h"

#include "attest/artifact.h"
#include "attest/statement.h"

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"	/* of "abc" */
#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define CONFIG "{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"sha256:" \
	"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"size\":2}"
#define SUBJECT "{\"mediaType\":\"" MANIFEST "\",\"digest\":\"sha256:" HEX "\",\"size\":3}"

static const char *const types[] = { STATEMENT_PROVENANCE, STATEMENT_SPDX };

static struct artifact_subject make_subject(void)
{
	return (struct artifact_subject){
		.media_type = MANIFEST, .digest = digest_of("abc", 3), .size = 3,
	};
}

static struct artifact_document make_document(size_t number)
{
	return (struct artifact_document){
		.media_type = STATEMENT_MEDIA_TYPE, .predicate_type = types[number],
		.digest = digest_of("abc", 3), .size = 3,
	};
}

static void check(struct content *content, const char *expected)
{
	assert_non_null(content->bytes);
	assert_int_equal(content->size, strlen(expected));
	assert_memory_equal(content->bytes, expected, strlen(expected));
	content_free(content);
}

static void writes_artifacts(void **state)
{
	static const char expected[] =
		"{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST "\","
		"\"artifactType\":\"application/vnd.in-toto+json\",\"config\":" CONFIG ","
		"\"layers\":[{\"mediaType\":\"application/vnd.in-toto+json\","
		"\"digest\":\"sha256:" HEX "\",\"size\":3}],\"subject\":" SUBJECT ","
		"\"annotations\":{\"a\":\"b\"}}";
	const struct artifact_subject subject = make_subject();
	const struct artifact_document document = make_document(0);
	json_t *annotations = json_pack("{s:s}", "a", "b");
	struct content content = artifact_write(&subject, STATEMENT_MEDIA_TYPE, &document,
						annotations);

	(void)state;
	check(&content, expected);
	json_decref(annotations);
	content = artifact_write(&subject, STATEMENT_MEDIA_TYPE, &document, NULL);
	assert_null(strstr(content.bytes, "annotations"));
	content_free(&content);
}

static void writes_buildkit_manifests(void **state)
{
#define LAYER(type) "{\"mediaType\":\"application/vnd.in-toto+json\",\"digest\":\"sha256:" HEX "\"," \
	"\"size\":3,\"annotations\":{\"in-toto.io/predicate-type\":\"" type "\"}}"
	static const char expected[] =
		"{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST "\",\"artifactType\":"
		"\"application/vnd.docker.attestation.manifest.v1+json\",\"config\":" CONFIG ","
		"\"layers\":[" LAYER("https://slsa.dev/provenance/v1") ","
		LAYER("https://spdx.dev/Document") "],\"subject\":" SUBJECT "}";
	static const char entry[] =
		"{\"mediaType\":\"" MANIFEST "\",\"digest\":\"sha256:" HEX "\",\"size\":3,"
		"\"annotations\":{\"vnd.docker.reference.digest\":\"sha256:" HEX "\","
		"\"vnd.docker.reference.type\":\"attestation-manifest\"},"
		"\"platform\":{\"architecture\":\"unknown\",\"os\":\"unknown\"}}";
	const struct artifact_subject subject = make_subject();
	const struct artifact_document documents[] = { make_document(0), make_document(1) };
	struct content content = artifact_buildkit(&subject, documents, 2);
	json_t *made;
	char *text;

	(void)state;
	check(&content, expected);
	content = content_of("abc", 3);
	made = artifact_buildkit_entry(&content, &subject.digest);
	text = json_dumps(made, JSON_COMPACT);
	assert_string_equal(text, entry);
	free(text);
	json_decref(made);
	content_free(&content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_artifacts),
		cmocka_unit_test(writes_buildkit_manifests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
