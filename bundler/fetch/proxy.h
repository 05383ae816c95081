/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_PROXY_H
#define BUNDLER_FETCH_PROXY_H

#include "base/url.h"

/*
 * The proxies between us and servers. The variables are those of curl and wget:
 * https_proxy, http_proxy (lower case only: a CGI's Proxy header becomes HTTP_PROXY),
 * all_proxy and no_proxy.
 */
struct proxies {
	const char *https;	/* for https URLs, or NULL */
	const char *http;	/* for http URLs, or NULL */
	const char *none;	/* hosts to reach without a proxy, as in no_proxy, or NULL */
};

/*
 * Why value may not be a proxy, or NULL when it may: "[http://][USER:PASSWORD@]HOST[:PORT][/]".
 * Proxies that speak TLS or SOCKS are not supported.
 */
const char *proxy_fault(const char *value);

/* The port of a proxy without a fault: curl's default is 1080. */
unsigned proxy_port(const char *value);

/*
 * Returns the proxy for a URL, or NULL for none. proxies->none is a list, separated by commas or
 * blanks: a name matches itself and its subdomains, an address or "ADDRESS/BITS" matches addresses,
 * "*" matches everything.
 */
const char *proxy_find(const struct proxies *proxies, const struct url *url);

#endif
