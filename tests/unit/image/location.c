/* SPDX-License-Identifier: Apache-2.0 */
/* Places as container tools write them. */
#include <string.h>

#include "image/location.h"
#include "unit.h"

static void reads_each_kind(void **state)
{
	static const struct {
		const char *text, *path, *tag;
		enum location_kind kind;
	} cases[] = {
		{ "dir:a/b", "a/b", NULL, LOCATION_DIRECTORY },
		{ "dir:a:b", "a:b", NULL, LOCATION_DIRECTORY },
		{ "tar:x.tar", "x.tar", NULL, LOCATION_TAR },
		{ "oci:/l", "/l", NULL, LOCATION_OCI },
		{ "oci:l:0.25.6", "l", "0.25.6", LOCATION_OCI },
		{ "oci-archive:l.tar:_x-1", "l.tar", "_x-1", LOCATION_OCI_ARCHIVE },
		{ "docker-archive:l.tar", "l.tar", NULL, LOCATION_DOCKER_ARCHIVE },
		{ "docker-archive:-", "-", NULL, LOCATION_DOCKER_ARCHIVE },
		{ "oci-archive:-:v1", "-", "v1", LOCATION_OCI_ARCHIVE },
		{ "tar:-", "-", NULL, LOCATION_TAR },
		{ "tar:./-", "./-", NULL, LOCATION_TAR },
		{ "docker://r.example/a:1", "docker://r.example/a:1", NULL, LOCATION_REGISTRY },
		{ "docker://nats", "docker://nats", NULL, LOCATION_REGISTRY },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct location place;
		struct error err;

		assert_int_equal(location_parse(&place, &pool, cases[i].text, &err), 0);
		assert_int_equal(place.kind, cases[i].kind);
		assert_string_equal(place.path, cases[i].path);
		assert_int_equal(place.standard, strcmp(place.path, "-") == 0);
		assert_false(place.open);
		if (cases[i].tag)
			assert_string_equal(place.tag, cases[i].tag);
		else
			assert_null(place.tag);
	}
	pool_free(&pool);
}

static void refuses_what_is_none(void **state)
{
	static const char *const cases[][2] = {
		{ "", "cannot use place '': its kind is unknown" },
		{ "layout", "cannot use place 'layout': its kind is unknown" },
		{ "OCI:x", "cannot use place 'OCI:x': its kind is unknown" },
		{ "docker:x", "cannot use place 'docker:x': its kind is unknown" },
		{ "docker:/x", "cannot use place 'docker:/x': its kind is unknown" },
		{ "docker://", "cannot use place 'docker://': its name is malformed" },
		{ "docker://r.example:0/a", "cannot use place 'docker://r.example:0/a': its host "
		  "is malformed" },
		{ "docker://a:.b", "cannot use place 'docker://a:.b': its tag is malformed" },
		{ "oci:", "cannot use place 'oci:': it has no path" },
		{ "oci::tag", "cannot use place 'oci::tag': it has no path" },
		{ "oci:x:", "cannot use place 'oci:x:': '' is not a tag" },
		{ "oci:x:.a", "cannot use place 'oci:x:.a': '.a' is not a tag" },
		{ "oci:x:A:b", "cannot use place 'oci:x:A:b': 'A:b' is not a tag" },
		{ "oci:-", "cannot use place 'oci:-': only an archive can be standard input or "
		  "output" },
		{ "dir:-", "cannot use place 'dir:-': only an archive can be standard input or "
		  "output" },
		{ "oci:x:a/b", "cannot use place 'oci:x:a/b': 'a/b' is not a tag" },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct location place;
		struct error err;

		assert_int_equal(location_parse(&place, &pool, cases[i][0], &err), -1);
		assert_int_equal(err.status, STATUS_USAGE);
		assert_string_equal(err.message, cases[i][1]);
	}
	pool_free(&pool);
}

static void reads_the_reference_of_a_registry(void **state)
{
	struct pool pool = { 0 };
	struct location place;
	struct error err;

	(void)state;
	assert_int_equal(location_parse(&place, &pool, "docker://r.example:5000/a:1", &err), 0);
	assert_string_equal(place.reference.host, "r.example");
	assert_int_equal(place.reference.port, 5000);
	assert_string_equal(place.reference.repository, "a");
	assert_string_equal(place.reference.tag, "1");
	pool_free(&pool);
}

static void paths_follow_the_kind(void **state)
{
	(void)state;
	assert_string_equal(location_path("oci-archive:-:+"), "-:+");
	assert_string_equal(location_path("docker://a"), "a");
	assert_string_equal(location_path("tar:"), "");
	assert_null(location_path("oci"));
	assert_null(location_path(""));
}

static void tags_have_at_most_128_characters(void **state)
{
	char text[200] = "oci:x:";
	struct pool pool = { 0 };
	struct location place;
	struct error err;

	(void)state;
	memset(text + 6, 'a', 128);
	assert_int_equal(location_parse(&place, &pool, text, &err), 0);
	text[6 + 128] = 'a';
	assert_int_equal(location_parse(&place, &pool, text, &err), -1);
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_kind),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(reads_the_reference_of_a_registry),
		cmocka_unit_test(paths_follow_the_kind),
		cmocka_unit_test(tags_have_at_most_128_characters),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
