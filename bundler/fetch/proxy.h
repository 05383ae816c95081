/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_PROXY_H
#define BUNDLER_FETCH_PROXY_H

#include "base/url.h"

/*
 * Which proxy stands between us and a server. The variables are curl's and wget's:
 * https_proxy, http_proxy (lower case only: a CGI's Proxy header becomes HTTP_PROXY),
 * all_proxy and no_proxy.
 */
struct proxies {
	const char *https;	/* for https URLs, or NULL */
	const char *http;	/* for http URLs, or NULL */
	const char *none;	/* who is reached without one, as in no_proxy, or NULL */
};

/*
 * Why value may not be a proxy, or NULL when it may: "[http://][USER:PASSWORD@]HOST[:PORT][/]".
 * Proxies that speak TLS or SOCKS are not supported.
 */
const char *proxy_fault(const char *value);

/*
 * The proxy for a URL, or NULL for none. none is a list of names with commas or spaces
 * between: a name stands for itself and its subdomains, an address or "ADDRESS/BITS" for
 * addresses, "*" for everything.
 */
const char *proxy_find(const struct proxies *proxies, const struct url *url);

#endif
