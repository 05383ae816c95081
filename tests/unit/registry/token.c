/* SPDX-License-Identifier: Apache-2.0 */
/* Which token services may get a password, and what they may answer. */
#include "unit.h"

#include "base/limits.h"
#include "registry/refusal.h"
#include "registry/token.h"

static void domains(void **state)
{
	static const struct {
		const char *registry, *service;
		bool shared;
	} rows[] = {
		{ "ghcr.io", "ghcr.io", true }, { "ghcr.io", "auth.ghcr.io", true },
		{ "registry-1.docker.io", "auth.docker.io", true },
		{ "registry.gitlab.com", "gitlab.com", true },
		{ "registry.example.co.uk", "login.example.co.uk", true },
		{ "localhost", "localhost", true }, { "127.0.0.1", "127.0.0.1", true },
		{ "ghcr.io", "quay.io", false }, { "ghcr.io", "io", false },
		{ "example.co.uk", "evil.co.uk", false }, { "example.com.au", "com.au", false },
		{ "ghcr.io", "evilghcr.io", false }, { "ghcr.io", "ghcr.io.evil.example", false },
		{ "registry.example.com", "evil.com", false },
		{ "registry.example.com", "evilexample.com", false },
		{ "a.b.c.example.com", "example.com", false },
		{ "10.0.0.1", "11.0.0.1", false }, { "[::1]", "[::2]", false },
		{ "registry", "auth", false }, { "localhost", "evil.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (token_shares_domain(rows[i].registry, rows[i].service) != rows[i].shared)
			fail_msg("%s and %s", rows[i].registry, rows[i].service);
}

static struct buffer text(const char *bytes)
{
	struct buffer buffer;

	buffer_init(&buffer, LIMIT_TOKEN_BYTES);
	buffer_add_string(&buffer, bytes);
	return buffer;
}

static void tokens(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"token\":\"a.b-c=\"}", "a.b-c=" },
		{ "{\"access_token\":\"a\",\"expires_in\":300}", "a" },
		{ "{\"access_token\":\"a\",\"token\":\"b\"}", "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer buffer = text(rows[i][0]);
		char *token;

		assert_null(token_parse(&token, &buffer));
		assert_string_equal(token, rows[i][1]);
		free(token);
		buffer_free(&buffer);
	}
}

static void bad_tokens(void **state)
{
	static const char *const rows[][2] = {
		{ "", "it is not a JSON object" },
		{ "token", "it is not a JSON object" },
		{ "[\"token\"]", "it is not a JSON object" },
		{ "{\"token\":\"a\"} b", "it is not a JSON object" },
		{ "{\"token\":\"a\",\"token\":\"b\"}", "it is not a JSON object" },
		{ "{}", "it has no token" }, { "{\"token\":7}", "it has no token" },
		{ "{\"token\":\"\"}", "it has no token" },
		{ "{\"token\":\"a\\nX: y\"}",
		  "its token has characters that no token has (RFC 6750 section 2.1)" },
		{ "{\"token\":\"a b\"}",
		  "its token has characters that no token has (RFC 6750 section 2.1)" },
		{ "{\"token\":\"\xc3\xa9\"}",
		  "its token has characters that no token has (RFC 6750 section 2.1)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer buffer = text(rows[i][0]);
		char *token;
		const char *fault = token_parse(&token, &buffer);

		assert_non_null(fault);
		assert_string_equal(fault, rows[i][1]);
		assert_null(token);
		buffer_free(&buffer);
	}
}

static void refusals(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\",\"detail\":{}},{\"code\":\"X\"}]}",
		  "DENIED: no" },
		{ "{\"errors\":[{\"code\":\"DENIED\"}]}", "DENIED" },
		{ "{\"errors\":[{\"message\":\"no\"}]}", "no" },
		{ "{\"details\":\"incorrect username or password\"}", "incorrect username or password" },
		{ "{\"error\":\"invalid_grant\",\"error_description\":\"old\"}", "invalid_grant: old" },
		{ "", NULL }, { "404 page not found", NULL }, { "{}", NULL }, { "[]", NULL },
		{ "{\"errors\":[]}", NULL }, { "{\"errors\":7}", NULL }, { "{\"errors\":[{\"code\":7}]}", NULL },
		{ "{\"errors\":[{\"code\":\"cut", NULL },
	};
	char *words, longest[400];
	struct buffer buffer;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buffer = text(rows[i][0]);
		words = refusal_read(&buffer);
		assert_string_equal(words ? words : "(none)", rows[i][1] ? rows[i][1] : "(none)");
		free(words);
		buffer_free(&buffer);
	}
	snprintf(longest, sizeof longest, "{\"errors\":[{\"code\":\"%0300d\"}]}", 7);
	buffer = text(longest);
	words = refusal_read(&buffer);
	assert_int_equal(strlen(words), 200);
	assert_string_equal(words + 197, "...");
	free(words);
	buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains), cmocka_unit_test(tokens), cmocka_unit_test(bad_tokens),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
