/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: what is read, what is refused, how references are resolved (RFC 3986). */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/url.h"

static void parts(void **state)
{
	static const struct {
		const char *text;
		enum url_scheme scheme;
		const char *host;
		unsigned port;
		const char *target, *whole, *shown;
	} rows[] = {
		{ "https://github.com/a/b?c=d", URL_HTTPS, "github.com", 443, "/a/b?c=d",
		  "https://github.com/a/b?c=d", "https://github.com/a/b" },
		{ "HTTPS://GitHub.COM", URL_HTTPS, "github.com", 443, "/", "https://github.com/",
		  "https://github.com/" },
		{ "https://h:443/", URL_HTTPS, "h", 443, "/", "https://h/", "https://h/" },
		{ "https://h:8443?q", URL_HTTPS, "h", 8443, "/?q", "https://h:8443/?q",
		  "https://h:8443/" },
		{ "http://h/#part", URL_HTTP, "h", 80, "/", "http://h/", "http://h/" },
		{ "http://[2001:DB8::1]:8080/x", URL_HTTP, "[2001:db8::1]", 8080, "/x",
		  "http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x" },
		{ "https://h/%2e%2E/../a//b/?%zz&|;'[]{}", URL_HTTPS, "h", 443,
		  "/%2e%2E/../a//b/?%zz&|;'[]{}", "https://h/%2e%2E/../a//b/?%zz&|;'[]{}",
		  "https://h/%2e%2E/../a//b/" },
		{ "https://h/a?b@c:d", URL_HTTPS, "h", 443, "/a?b@c:d", "https://h/a?b@c:d",
		  "https://h/a" },
		{ "file:///a%20b", URL_FILE, "", 0, "/a%20b", "file:///a%20b", "file:///a%20b" },
		{ "file://localhost/a", URL_FILE, "", 0, "/a", "file:///a", "file:///a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct url url;
		const char *fault = url_parse(&url, rows[i].text);

		assert_string_equal(fault ? fault : "", "");
		assert_int_equal(url.scheme, rows[i].scheme);
		assert_string_equal(url.host, rows[i].host);
		assert_int_equal(url.port, rows[i].port);
		assert_string_equal(url.target, rows[i].target);
		assert_string_equal(url.text, rows[i].whole);
		assert_string_equal(url.shown, rows[i].shown);
		url_free(&url);
	}
}

static void refusals(void **state)
{
	static const char *const texts[] = {
		"", "github.com", "/a", "//h/a", "https:", "https:/h", "https:h", "https://",
		"https:///a",
		"https://?q", "ftp://h/", "javascript:alert(1)", "1https://h/", "https ://h/",
		"https://a b/", "https://h/a b", "https://h/\n", "https://h/\x7f",
		"https://h/\xc3\xa9",
		"https://\xc3\xa9/", "https://h/\\", "https://h\\@g/", "https://u@h/",
		"https://u:p@h/",
		"https://@h/", "https://h:/", "https://h:0/", "https://h:65536/",
		"https://h:000080/",
		"https://h:8a/", "https://h:-1/", "https://h:80:80/", "https://h%2e/",
		"https://h,g/",
		"https://[::1/", "https://::1/", "https://[h]/", "https://[::1]x/", "https://[]/",
		"https://[fe80::1%25eth0]/",
		"https://[1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18]/",
		"file://host/a", "file://localhost:80/a", "file:a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct url url;

		if (!url_parse(&url, texts[i]))
			fail_msg("'%s' was read as '%s'", texts[i], url.text);
		assert_null(url.host);
		assert_null(url.text);
	}
}

static void length(void **state)
{
	char *text = memory_new(LIMIT_URL_BYTES + 2, 1);
	struct url url;

	(void)state;
	memset(text, 'a', LIMIT_URL_BYTES + 1);
	memcpy(text, "https://h/", 10);
	assert_non_null(url_parse(&url, text));
	text[LIMIT_URL_BYTES] = '\0';
	assert_null(url_parse(&url, text));
	assert_int_equal(strlen(url.text), LIMIT_URL_BYTES);
	assert_true(strlen(url.shown) < 320);
	url_free(&url);
	free(text);
}

/* RFC 3986 section 5.4, with a base that we read; "a:b" and the like are other schemes to us. */
static void references(void **state)
{
	static const struct {
		const char *reference, *text;
	} rows[] = {
		{ "g", "http://a/b/c/g" }, { "./g", "http://a/b/c/g" }, { "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" }, { "//g", "http://g/" }, { "?y", "http://a/b/c/d;p?y" },
		{ "g?y", "http://a/b/c/g?y" }, { "#s", "http://a/b/c/d;p?q" },
		{ "g#s", "http://a/b/c/g" },
		{ "g?y#s", "http://a/b/c/g?y" }, { ";x", "http://a/b/c/;x" },
		{ "g;x", "http://a/b/c/g;x" },
		{ "g;x?y#s", "http://a/b/c/g;x?y" }, { "", "http://a/b/c/d;p?q" },
		{ ".", "http://a/b/c/" }, { "./", "http://a/b/c/" }, { "..", "http://a/b/" },
		{ "../", "http://a/b/" }, { "../g", "http://a/b/g" }, { "../..", "http://a/" },
		{ "../../", "http://a/" }, { "../../g", "http://a/g" },
		{ "../../../g", "http://a/g" },
		{ "../../../../g", "http://a/g" }, { "/./g", "http://a/g" },
		{ "/../g", "http://a/g" },
		{ "g.", "http://a/b/c/g." }, { ".g", "http://a/b/c/.g" },
		{ "g..", "http://a/b/c/g.." },
		{ "..g", "http://a/b/c/..g" }, { "./../g", "http://a/b/g" },
		{ "./g/.", "http://a/b/c/g/" },
		{ "g/./h", "http://a/b/c/g/h" }, { "g/../h", "http://a/b/c/h" },
		{ "g;x=1/./y", "http://a/b/c/g;x=1/y" }, { "g;x=1/../y", "http://a/b/c/y" },
		{ "g?y/./x", "http://a/b/c/g?y/./x" }, { "g?y/../x", "http://a/b/c/g?y/../x" },
		{ "g#s/../x", "http://a/b/c/g" },
		{ "https://h/a/../b?%2F", "https://h/a/../b?%2F" },
		{ "?sig=a%2Fb%2b+c/../d", "http://a/b/c/d;p?sig=a%2Fb%2b+c/../d" },
		{ "//h:81/x", "http://h:81/x" },
	};
	struct url base, url;

	(void)state;
	assert_null(url_parse(&base, "http://a/b/c/d;p?q"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *fault = url_resolve(&url, &base, rows[i].reference);

		if (fault)
			fail_msg("'%s': %s", rows[i].reference, fault);
		assert_string_equal(url.text, rows[i].text);
		url_free(&url);
	}
	url_free(&base);
}

static void bad_references(void **state)
{
	static const char *const rows[] = {
		"g:h", "a b", "//u@h/", "\\\\h\\", "//", "/\x01", "https:g",
	};
	struct url base, url;

	(void)state;
	assert_null(url_parse(&base, "https://a:444/b"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (!url_resolve(&url, &base, rows[i]))
			fail_msg("'%s' was read as '%s'", rows[i], url.text);
	assert_null(url_resolve(&url, &base, "c"));
	assert_string_equal(url.text, "https://a:444/c");
	url_free(&url);
	url_free(&base);
}

static void files(void **state)
{
	static const struct {
		const char *text, *path;
	} rows[] = {
		{ "file:///a/b", "/a/b" }, { "file:///a%20%c3%A9%25", "/a \xc3\xa9%" },
		{ "file:///a%2fb", NULL }, { "file:///a%00", NULL }, { "file:///a%", NULL },
		{ "file:///a%2", NULL }, { "file:///a%2x", NULL }, { "file:///a?b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct url url;
		char *path;

		assert_null(url_parse(&url, rows[i].text));
		path = url_file_path(&url);
		assert_string_equal(path ? path : "(none)", rows[i].path ? rows[i].path : "(none)");
		free(path);
		url_free(&url);
	}
}

static void encoding(void **state)
{
	char *text = url_encode("a-B_c.9~/ ?%\xff");

	(void)state;
	assert_string_equal(text, "a-B_c.9~%2F%20%3F%25%FF");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts), cmocka_unit_test(refusals), cmocka_unit_test(length),
		cmocka_unit_test(references), cmocka_unit_test(bad_references),
		cmocka_unit_test(files), cmocka_unit_test(encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
