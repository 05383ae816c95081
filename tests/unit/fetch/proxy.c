/* SPDX-License-Identifier: Apache-2.0 */
/* Which proxy stands before which host. */
#include "unit.h"

#include <stdbool.h>

#include "fetch/proxy.h"

static bool straight(const char *none, const char *text)
{
	struct proxies proxies = { .https = "p", .http = "p", .none = none };
	const char *proxy;
	struct url url;

	assert_null(url_parse(&url, text));
	proxy = proxy_find(&proxies, &url);
	url_free(&url);
	return proxy == NULL;
}

static void exceptions(void **state)
{
	static const struct {
		const char *none, *url;
		bool straight;
	} rows[] = {
		{ NULL, "https://a.example/", false }, { "", "https://a.example/", false },
		{ "*", "https://a.example/", true }, { "a.example", "https://a.example/", true },
		{ "A.Example", "https://a.EXAMPLE/", true },
		{ "example", "https://a.example/", true },
		{ ".example", "https://a.example/", true },
		{ ".a.example", "https://a.example/", true },
		{ "ample", "https://a.example/", false },
		{ "b.a.example", "https://a.example/", false },
		{ "a.example.", "https://a.example/", false }, { ".", "https://a.example/", false },
		{ "x, a.example", "https://a.example/", true },
		{ "x,a.example,y", "https://a.example/", true },
		{ "x a.example", "https://a.example/", true },
		{ ",, ,", "https://a.example/", false },
		{ "10.0.0.1", "http://10.0.0.1/", true },
		{ "10.0.0.0/8", "http://10.1.2.3/", true },
		{ "10.0.0.0/8", "http://11.1.2.3/", false },
		{ "10.1.2.0/23", "http://10.1.3.9/", true },
		{ "10.1.2.0/0", "http://99.1.3.9/", true },
		{ "10.0.0.0/33", "http://10.0.0.0/", false },
		{ "10.0.0.0/", "http://10.0.0.0/", false },
		{ "10.0.0.0/8x", "http://10.0.0.0/", false },
		{ "10.0.0.0/-1", "http://10.0.0.0/", false },
		{ "10.0.0.0/99999999999999999999", "http://10.0.0.0/", false },
		{ ".1", "http://10.0.0.1/", false }, { "0.1", "http://10.0.0.1/", false },
		{ "::1", "http://[::1]/", true },
		{ "2001:db8::/32", "http://[2001:db8:7::1]/", true },
		{ "2001:db8::/32", "http://[2001:db9::1]/", false },
		{ "::/0", "http://10.0.0.1/", true },
		{ "10.0.0.1", "https://a.example/", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (straight(rows[i].none, rows[i].url) != rows[i].straight)
			fail_msg("no_proxy '%s', %s: expected %s",
				rows[i].none ? rows[i].none : "(unset)",
				 rows[i].url, rows[i].straight ? "none" : "the proxy");
}

static void schemes(void **state)
{
	struct proxies proxies = { .https = "secure", .http = "plain" };
	struct url url;

	(void)state;
	url_parse(&url, "https://h/");
	assert_string_equal(proxy_find(&proxies, &url), "secure");
	url_free(&url);
	url_parse(&url, "http://h/");
	assert_string_equal(proxy_find(&proxies, &url), "plain");
	proxies.http = "";
	assert_null(proxy_find(&proxies, &url));
	url_free(&url);
	proxies.http = "plain";
	url_parse(&url, "file:///h");
	assert_null(proxy_find(&proxies, &url));
	url_free(&url);
}

static void values(void **state)
{
	static const char *const good[] = {
		"proxy", "proxy:3128", "http://proxy:3128", "HTTP://proxy/", "http://u:p@proxy",
		"u:p@proxy:1", "http://u:p@ss@proxy", "http://10.0.0.1:3128", "http://[::1]:3128/",
	};
	static const char *const bad[] = {
		"", "http://", "https://proxy", "socks5://proxy", "socks5h://u:p@proxy",
		"http://proxy/x",
		"http://proxy?x", "proxy:0", "proxy:99999", "pro xy", "http://u:p@", "//proxy",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (proxy_fault(good[i]))
			fail_msg("'%s': %s", good[i], proxy_fault(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!proxy_fault(bad[i]))
			fail_msg("'%s' was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exceptions), cmocka_unit_test(schemes), cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
