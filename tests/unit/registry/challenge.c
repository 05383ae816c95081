/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate (RFC 9110 section 11.6.1), as registries and others write it. */
#include "unit.h"

#include "registry/challenge.h"

static void same(const char *found, const char *expected)
{
	assert_string_equal(found ? found : "(none)", expected ? expected : "(none)");
}

static void good(void **state)
{
	static const struct {
		const char *text;
		bool basic, bearer;
		const char *realm, *service, *scope, *error;
	} rows[] = {
		{ .text = "" },
		{ .text = " , ,, " },
		{ .text = "Basic realm=\"x\"", .basic = true },
		{ .text = "BASIC", .basic = true },
		{ .text = "Bearer", .bearer = true },
		{ .text = "Negotiate" },
		{ .text = "Negotiate YWJj+/==, Basic realm=x", .basic = true },
		{ .text = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
			  "scope=\"repository:library/nats:pull\"", .bearer = true,
		  .realm = "https://auth.docker.io/token", .service = "registry.docker.io",
		  .scope = "repository:library/nats:pull" },
		{ .text = "bearer REALM = \"a,b=\\\"c\\\\\" , Service=d\t,error=\"insufficient_scope\"",
		  .bearer = true, .realm = "a,b=\"c\\", .service = "d", .error = "insufficient_scope" },
		{ .text = "Basic realm=\"not this\", Bearer realm=this", .basic = true, .bearer = true,
		  .realm = "this" },
		{ .text = "Bearer realm=this, Basic realm=\"not this\", charset=UTF-8", .basic = true,
		  .bearer = true, .realm = "this" },
		{ .text = "Digest realm=a, realm=b, scope=c, Bearer scope=d", .bearer = true,
		  .scope = "d" },
		{ .text = "Bearer realm=first, Bearer realm=second, service=second", .bearer = true,
		  .realm = "first" },
		{ .text = "Bearer realm=\"\"", .bearer = true, .realm = "" },
		{ .text = "Bearer x=\"\t \xc3\xa9\"", .bearer = true },
		{ .text = "Bearer realm=,", .bearer = true },	/* a token68, by the grammar */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct challenge challenge;
		const char *fault = challenge_parse(&challenge, rows[i].text);

		if (fault)
			fail_msg("'%s': %s", rows[i].text, fault);
		assert_int_equal(challenge.basic, rows[i].basic);
		assert_int_equal(challenge.bearer, rows[i].bearer);
		same(challenge.realm, rows[i].realm);
		same(challenge.service, rows[i].service);
		same(challenge.scope, rows[i].scope);
		same(challenge.error, rows[i].error);
		challenge_free(&challenge);
	}
}

static void bad(void **state)
{
	static const char *const rows[][2] = {
		{ "realm=x", "it begins with a parameter" },
		{ "\"x\"", "it is not a list of challenges" },
		{ "Basic realm=x; Bearer", "the value of a parameter is malformed" },
		{ "Basic\r\n", "it is not a list of challenges" },
		{ "Bearer realm=\"x", "the value of a parameter is malformed" },
		{ "Bearer realm=\"x\\", "the value of a parameter is malformed" },
		{ "Bearer realm=\"x\\\"", "the value of a parameter is malformed" },
		{ "Bearer realm=\"x\n\"", "the value of a parameter is malformed" },
		{ "Bearer realm=\"x\\\x01\"", "the value of a parameter is malformed" },
		{ "Bearer realm=\"x\"y", "the value of a parameter is malformed" },
		{ "Bearer realm=x y", "the value of a parameter is malformed" },
		{ "Bearer realm=a, service=b, REALM=c", "a parameter is there twice" },
		{ "Bearer realm=\"a\"service=\"b\"", "the value of a parameter is malformed" },
		{ "Bearer (x)", "it is not a list of challenges" },
		{ "\xff", "it is not a list of challenges" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct challenge challenge;
		const char *fault = challenge_parse(&challenge, rows[i][0]);

		if (!fault)
			fail_msg("'%s' was taken", rows[i][0]);
		assert_string_equal(fault, rows[i][1]);
		challenge_free(&challenge);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(good), cmocka_unit_test(bad) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
