/* SPDX-License-Identifier: Apache-2.0 */
/* listing.c: lists of what refers to a manifest. */
#include "unit.h"

#include "image/listing.h"

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"	/* of "abc" */

static void names_lists(void **state)
{
	const struct digest digest = digest_of("abc", 3);
	char tag[LISTING_TAG_BYTES], signatures[LISTING_SIGNATURES_TAG_BYTES];

	(void)state;
	assert_string_equal(listing_tag(&digest, tag), "sha256-" HEX);
	assert_string_equal(listing_signatures_tag(&digest, signatures), "sha256-" HEX ".sig");
	assert_true(listing_is_tag("sha256-" HEX));
	assert_false(listing_is_tag("sha256-" HEX ".sig"));
	assert_false(listing_is_tag("sha256:" HEX));
	assert_false(listing_is_tag("sha256-1"));
	assert_false(listing_is_tag("1.0"));
}

static void adds_once(void **state)
{
	static const char expected[] =
		"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
		"\"manifests\":[{\"mediaType\":\"m\",\"digest\":\"sha256:" HEX "\",\"size\":3,"
		"\"artifactType\":\"t\",\"annotations\":{\"a\":\"b\"}}]}";
	json_t *manifest = json_pack("{s:s, s:{s:s}}", "artifactType", "t", "annotations",
				     "a", "b");
	json_t *list = listing_new();
	char *text;

	(void)state;
	assert_true(listing_add(list, manifest, "m", "sha256:" HEX, 3));
	assert_false(listing_add(list, manifest, "m", "sha256:" HEX, 3));
	text = json_dumps(list, JSON_COMPACT);
	assert_string_equal(text, expected);
	free(text);
	json_decref(list);
	json_decref(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lists),
		cmocka_unit_test(adds_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
