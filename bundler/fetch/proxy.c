/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which proxy a URL is fetched through. */
#include "fetch/proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "fetch/address.h"

#define SEPARATORS ", \t\n"

const char *proxy_fault(const char *value)
{
	const char *scheme = strstr(value, "://"), *at, *fault;
	struct url url;
	char *text;

	if (scheme && strncasecmp(value, "http://", 7) != 0)
		return "only proxies that speak plain http are supported";
	value = scheme ? scheme + 3 : value;
	/* User and password are not parsed; the password may contain an @. */
	at = strrchr(value, '@');
	text = memory_format("http://%s", at ? at + 1 : value);
	fault = url_parse(&url, text);
	if (!fault && strcmp(url.target, "/") != 0)
		fault = "a proxy has no path";
	url_free(&url);
	free(text);
	return fault;
}

unsigned proxy_port(const char *value)
{
	const char *at = strrchr(value, '@'), *scheme = strstr(value, "://");
	const char *host = at ? at + 1 : scheme ? scheme + 3 : value, *colon;
	char *text = memory_format("http://%s", host);
	unsigned port = 0;
	struct url url;

	if (!url_parse(&url, text)) {
		/* The colons of an IPv6 address are in brackets. */
		colon = strrchr(host, ':');
		port = colon && !strchr(colon, ']') ? url.port : 1080;
		url_free(&url);
	}
	free(text);
	return port;
}

/* A name matches itself and its subdomains. A leading dot is ignored. */
static bool name_matches(const char *host, const char *name)
{
	size_t host_length = strlen(host), length;

	name += *name == '.';
	length = strlen(name);
	if (length == 0 || length > host_length)
		return false;
	host += host_length - length;
	return strcasecmp(host, name) == 0 && (length == host_length || host[-1] == '.');
}

/* "ADDRESS" or "ADDRESS/BITS" */
static bool address_matches(const struct address *host, char *pattern)
{
	char *slash = strchr(pattern, '/'), *end = NULL;
	unsigned long bits = 128, before;
	struct address address;

	if (slash)
		*slash = '\0';
	if (address_parse(&address, pattern) < 0)
		return false;
	before = strchr(pattern, ':') ? 0 : 96;		/* of a mapped IPv4 address */
	if (slash) {
		bits = strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end || bits > 128 - before)
			return false;
		bits += before;
	}
	return address_share_prefix(host, &address, (unsigned)bits);
}

/* Whether the list of no_proxy names the host. */
static bool is_excepted(const char *host, const char *none)
{
	char *list = memory_string(none), *next = list;
	char *bare = host[0] == '[' ? memory_copy(host + 1, strlen(host) - 2)
				    : memory_string(host);
	struct address address;
	const bool is_address = address_parse(&address, bare) == 0;
	bool found = false;

	while (*next && !found) {
		size_t length = strcspn(next, SEPARATORS);
		char *rest = next + length;

		if (*rest)
			*rest++ = '\0';
		if (length > 0)
			found = strcmp(next, "*") == 0
				|| (is_address ? address_matches(&address, next)
					       : name_matches(host, next));
		next = rest;
	}
	free(bare);
	free(list);
	return found;
}

const char *proxy_find(const struct proxies *proxies, const struct url *url)
{
	const char *proxy = url->scheme == URL_HTTPS ? proxies->https : proxies->http;

	if (!proxy || !*proxy || url->scheme == URL_FILE)
		return NULL;
	return proxies->none && is_excepted(url->host, proxies->none) ? NULL : proxy;
}
