/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A URL, and below it a reference: what is read is read again to the same, and is harmless in a
 * request: no control character, no user name, a host of letters, digits and the like.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/url.h"
#include "fetch/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_characters(const struct url *url)
{
	for (const char *p = url->text; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '\\')
			abort();
	for (const char *p = url->host; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.[]:", *p))
			abort();
	if (url->target[0] != '/' || strchr(url->target, '#'))
		abort();
	if (memchr(url->text, '@', strlen(url->text) - strlen(url->target)))
		abort();
}

static void check(const struct url *url)
{
	struct url again;

	check_characters(url);
	if (url_parse(&again, url->text))
		abort();
	if (again.scheme != url->scheme || again.port != url->port ||
	    strcmp(again.host, url->host) != 0 || strcmp(again.target, url->target) != 0 ||
	    strcmp(again.text, url->text) != 0 || strcmp(again.shown, url->shown) != 0)
		abort();
	url_free(&again);
	if (url->scheme == URL_FILE)
		free(url_file_path(url));
}

static void use(const struct url *base, const char *reference)
{
	struct proxies proxies = { .https = "p", .http = "p", .none = reference };
	struct url url;

	proxy_find(&proxies, base);
	proxy_fault(reference);
	if (!url_resolve(&url, base, reference)) {
		check(&url);
		url_free(&url);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_copy(data, size), *line = strchr(text, '\n');
	struct url url;

	if (line)
		*line++ = '\0';
	if (!url_parse(&url, text)) {
		check(&url);
		use(&url, line ? line : "");
		url_free(&url);
	}
	free(text);
	return 0;
}
