/* SPDX-License-Identifier: Apache-2.0 */
/* reference.c: names of images. */
#include "unit.h"

#include "image/reference.h"

static void takes_references(void **state)
{
	static const char *const good[] = {
		"busybox:latest", "a/b/c:1", "registry.example/a:1", "registry.example:5000/a/b:1",
		"localhost/a:1", "localhost:5000/a:1", "Registry/a:1", "a.b_c__d---e/f:T_1.x-",
		"127.0.0.1:80/x:y",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (reference_fault(good[i]))
			fail_msg("'%s': %s", good[i], reference_fault(good[i]));
}

static void refuses_references(void **state)
{
	static const char *const names[] = {
		":x", "A:x", "a//b:x", "/a:x", "a/:x", "a..b:x", "a___b:x", "-a:x", "a-:x", "a/B:x",
		"host:port/a:x", "host:/a:x", ".host/a:x", "a/b.c:5/d:x", "a b:x", "..:x",
		"a/../b:x",
	};
	static const char *const tags[] = { "a:", "a:-x", "a:.x", "a:x y", "a:x\x80" };
	char longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_non_null(reference_fault(names[i]));
		assert_string_equal(reference_fault(names[i]), "its name is malformed");
	}
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		assert_non_null(reference_fault(tags[i]));
		assert_string_equal(reference_fault(tags[i]), "its tag is malformed");
	}
	assert_string_equal(reference_fault("a"), "it has no tag");
	assert_string_equal(reference_fault(""), "it has no tag");
	assert_string_equal(reference_fault("host:80/a"), "it has no tag");
	memset(longest, 'a', sizeof longest);
	memcpy(longest + 255, ":x", 3);
	assert_null(reference_fault(longest));
	memcpy(longest + 255, "a:x", 4);
	assert_non_null(reference_fault(longest));
	longest[1] = ':';
	memset(longest + 2, 't', 128);
	longest[130] = '\0';
	assert_null(reference_fault(longest));
	longest[130] = 't';
	longest[131] = '\0';
	assert_non_null(reference_fault(longest));
}

static void finds_the_one_that_is_wanted(void **state)
{
	static const char *const is[][2] = {
		{ "1.0", "1.0" }, { "a:1.0", "1.0" }, { "h:80/a/b:1.0", "1.0" }, { "a:1.0", "a:1.0" },
		{ "docker.io/library/a:1", "a:1" }, { "a:1", "docker.io/library/a:1" },
		{ "docker.io/a/b:1", "a/b:1" }, { "h:80/a:1", "h:80/a:1" },
	};
	static const char *const is_not[][2] = {
		{ "1.0", "1" }, { "a:1.0", "a" }, { "a:1.0", "b:1.0" }, { "1.0", "a:1.0" },
		{ "a/b:1", "b:1" }, { "quay.io/a:1", "a:1" }, { "", "1" }, { "a", "a:1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof is[0]; i++)
		assert_true(reference_is(is[i][0], is[i][1]));
	for (size_t i = 0; i < sizeof is_not / sizeof is_not[0]; i++)
		assert_false(reference_is(is_not[i][0], is_not[i][1]));
}

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" DIGITS

/* What docker, skopeo and crane connect to for these. */
static void finds_the_registry(void **state)
{
	static const struct {
		const char *text, *host;
		unsigned port;
		const char *repository, *tag, *server;
	} cases[] = {
		{ "nats", "docker.io", 0, "library/nats", "latest", "registry-1.docker.io" },
		{ "nats:2", "docker.io", 0, "library/nats", "2", "registry-1.docker.io" },
		{ "a/b", "docker.io", 0, "a/b", "latest", "registry-1.docker.io" },
		{ "docker.io/nats", "docker.io", 0, "library/nats", "latest",
		  "registry-1.docker.io" },
		{ "index.docker.io/a/b:1", "docker.io", 0, "a/b", "1", "registry-1.docker.io" },
		{ "Docker.IO/nats:1", "docker.io", 0, "library/nats", "1",
		  "registry-1.docker.io" },
		{ "localhost:5000", "docker.io", 0, "library/localhost", "5000",
		  "registry-1.docker.io" },
		{ "localhost/a", "localhost", 0, "a", "latest", "localhost" },
		{ "localhost:5000/a", "localhost", 5000, "a", "latest", "localhost" },
		{ "ghcr.io/a/b/c:T_1.x-", "ghcr.io", 0, "a/b/c", "T_1.x-", "ghcr.io" },
		{ "r.example:443/a:1", "r.example", 443, "a", "1", "r.example" },
		{ "Registry/a__b", "registry", 0, "a__b", "latest", "registry" },
		{ "127.0.0.1:80/x:y", "127.0.0.1", 80, "x", "y", "127.0.0.1" },
		{ "[::1]:5000/x:y", "[::1]", 5000, "x", "y", "[::1]" },
		{ "[2001:DB8::2]/x", "[2001:db8::2]", 0, "x", "latest", "[2001:db8::2]" },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reference reference;
		const char *fault = reference_parse(&reference, &pool, cases[i].text);

		if (fault)
			fail_msg("'%s': %s", cases[i].text, fault);
		assert_string_equal(reference.text, cases[i].text);
		assert_string_equal(reference.host, cases[i].host);
		assert_int_equal(reference.port, cases[i].port);
		assert_string_equal(reference.repository, cases[i].repository);
		assert_string_equal(reference.tag, cases[i].tag);
		assert_string_equal(reference_server(&reference), cases[i].server);
		assert_false(reference.has_digest);
	}
	pool_free(&pool);
}

static void reads_digests(void **state)
{
	struct pool pool = { 0 };
	struct reference reference;
	char text[DIGEST_TEXT_BYTES];

	(void)state;
	assert_null(reference_parse(&reference, &pool, "r.example:1/a@" DIGEST));
	assert_true(reference.has_digest);
	assert_null(reference.tag);
	assert_string_equal(reference.repository, "a");
	assert_int_equal(reference.port, 1);
	assert_string_equal(digest_write(&reference.digest, text), DIGEST);

	assert_null(reference_parse(&reference, &pool, "nats:2@" DIGEST));
	assert_true(reference.has_digest);
	assert_string_equal(reference.tag, "2");
	assert_string_equal(reference.repository, "library/nats");
	pool_free(&pool);
}

static void refuses_what_no_registry_has(void **state)
{
	static const char digest[] = "its digest is not 'sha256:' and 64 lower-case hexadecimal "
				     "digits";
	static const char *const cases[][2] = {
		{ "", "its name is malformed" },
		{ "/a", "its name is malformed" },
		{ "a/", "its name is malformed" },
		{ "a//b", "its name is malformed" },
		{ "A", "its name is malformed" },
		{ "r.example/A", "its name is malformed" },
		{ "r.example/", "its name is malformed" },
		{ "r.example/..", "its name is malformed" },
		{ "r.example/a/../b", "its name is malformed" },
		{ "r.example/a?b", "its name is malformed" },
		{ "r.example/a%2fb", "its name is malformed" },
		{ "https://r.example/a", "its host is malformed" },
		{ "a b", "its name is malformed" },
		{ "a\n", "its name is malformed" },
		{ "a:", "its tag is malformed" },
		{ "a:-x", "its tag is malformed" },
		{ "a:b@" DIGEST "0", digest },
		{ "a@", digest },
		{ "a@sha256:", digest },
		{ "a@" DIGITS, digest },
		{ "a@sha512:" DIGITS DIGITS, digest },
		{ "a@" DIGEST "@" DIGEST, digest },
		{ "a@" DIGEST ":1", digest },
		{ "@" DIGEST, "its name is malformed" },
		{ "r.example:/a", "its host is malformed" },
		{ "r.example:0/a", "its host is malformed" },
		{ "r.example:65536/a", "its host is malformed" },
		{ "r.example:080000/a", "its host is malformed" },
		{ "r.example:http/a", "its host is malformed" },
		{ "user:password@r.example/a", digest },
		{ ".example/a", "its host is malformed" },
		{ "r..example/a", "its host is malformed" },
		{ "r.example./a", "its host is malformed" },
		{ "-r.example/a", "its host is malformed" },
		{ "r-.example/a", "its host is malformed" },
		{ "r_x.example/a", "its host is malformed" },
		{ "r.\xc3\xa9/a", "its host is malformed" },
		{ "[::1/a", "its host is malformed" },
		{ "[::g]:1/a", "its host is malformed" },
		{ "::1/a", "its host is malformed" },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reference reference;
		const char *fault = reference_parse(&reference, &pool, cases[i][0]);

		if (!fault || strcmp(fault, cases[i][1]) != 0)
			fail_msg("'%s': %s", cases[i][0], fault ? fault : "taken");
	}
	pool_free(&pool);
}

static void bounds_the_repository(void **state)
{
	char text[] = "r.example/" "0123456789012345678901234567890123456789012345678901234567890123"
		      "0123456789012345678901234567890123456789012345678901234567890123"
		      "0123456789012345678901234567890123456789012345678901234567890123"
		      "0123456789012345678901234567890123456789012345678901234567890123";
	struct pool pool = { 0 };
	struct reference reference;

	(void)state;
	assert_string_equal(reference_parse(&reference, &pool, text), "its name is too long");
	text[sizeof text - 2] = '\0';
	assert_null(reference_parse(&reference, &pool, text));
	/* docker.io's is longer by "library/". */
	assert_string_equal(reference_parse(&reference, &pool, text + 10), "its name is too long");
	assert_null(reference_parse(&reference, &pool, text + 10 + 8));
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_references),
		cmocka_unit_test(refuses_references),
		cmocka_unit_test(finds_the_one_that_is_wanted),
		cmocka_unit_test(finds_the_registry),
		cmocka_unit_test(reads_digests),
		cmocka_unit_test(refuses_what_no_registry_has),
		cmocka_unit_test(bounds_the_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
