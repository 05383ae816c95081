/* SPDX-License-Identifier: Apache-2.0 */
/* A strict parser of URLs. */
#include "base/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"

#define SHOWN_BYTES 300	/* a message has room for two URLs and a reason */

static const struct {
	const char *name;
	unsigned port;
} schemes[] = {
	[URL_HTTPS] = { "https", 443 },
	[URL_HTTP] = { "http", 80 },
	[URL_FILE] = { "file", 0 },
};

/* Length in bytes of the scheme, without its colon (section 3.1); 0 for a relative reference. */
static size_t scheme_length(const char *text)
{
	size_t length = 0;

	if (!isalpha((unsigned char)text[0]))
		return 0;
	while (isalnum((unsigned char)text[length]) ||
	       (text[length] && strchr("+-.", text[length])))
		length++;
	return text[length] == ':' ? length : 0;
}

static const char *parse_scheme(struct url *url, const char **text)
{
	size_t length = scheme_length(*text);

	for (size_t i = 0; length > 0 && i < sizeof schemes / sizeof schemes[0]; i++) {
		const char *name = schemes[i].name;

		if (strlen(name) != length || strncasecmp(*text, name, length) != 0)
			continue;
		*text += length + 1;
		if (strncmp(*text, "//", 2) != 0)
			return "no host";
		*text += 2;
		url->scheme = (enum url_scheme)i;
		url->port = schemes[i].port;
		return NULL;
	}
	return length > 0 ? "neither https, http nor file" : "not an absolute URL";
}


/* A name of letters, digits, hyphens, underscores and dots, or an IPv6 address in brackets. */
static const char *host_fault(const char *host)
{
	struct in6_addr address;
	size_t length = strlen(host);

	if (length == 0)
		return "no host";
	if (host[0] == '[') {
		char inner[INET6_ADDRSTRLEN];

		if (host[length - 1] != ']' || length - 2 >= sizeof inner)
			return "not an IPv6 address";
		memcpy(inner, host + 1, length - 2);
		inner[length - 2] = '\0';
		return inet_pton(AF_INET6, inner, &address) == 1 ? NULL : "not an IPv6 address";
	}
	if (strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != length)
		return "a host name has only letters, digits, hyphens and dots";
	return NULL;
}

static const char *parse_authority(struct url *url, const char *text, size_t length)
{
	const char *end = text + length, *colon = end;
	unsigned port = 0;

	if (memchr(text, '@', length))
		return "a user name or password does not belong in a URL";
	for (const char *p = text; p < end; p++) {
		if (*p == ':')
			colon = p;
		if (*p == ']')
			colon = end;	/* the colons before it belong to an IPv6 address */
	}
	url->host = memory_copy(text, (size_t)(colon - text));
	for (char *p = url->host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (url->scheme == URL_FILE) {
		if (url->host[0] != '\0' && strcmp(url->host, "localhost") != 0)
			return "a file URL has no host";
		url->host[0] = '\0';
		return colon < end ? "a file URL has no host" : NULL;
	}
	if (colon < end) {
		if (end - colon > 6)
			return "port out of range";
		for (const char *p = colon + 1; p < end; p++) {
			if (!isdigit((unsigned char)*p))
				return "port out of range";
			port = port * 10 + (unsigned)(*p - '0');
		}
		if (port == 0 || port > 65535)
			return "port out of range";
		url->port = port;
	}
	return host_fault(url->host);
}

const char *url_parse(struct url *url, const char *text)
{
	const char *fault, *scheme;
	size_t length = strnlen(text, LIMIT_URL_BYTES + 1), path;

	*url = (struct url){ 0 };
	if (length > LIMIT_URL_BYTES)
		return "too long";
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '\\')
			return "a URL has only visible ASCII characters, and no backslash";
	fault = parse_scheme(url, &text);
	if (fault)
		return fault;
	length = strcspn(text, "/?#");
	fault = parse_authority(url, text, length);
	if (fault) {
		url_free(url);
		return fault;
	}
	text += length;
	url->target = memory_format("%s%.*s", *text == '/' ? "" : "/",
				    (int)strcspn(text, "#"), text);
	scheme = schemes[url->scheme].name;
	if (url->port == schemes[url->scheme].port)
		url->text = memory_format("%s://%s%s", scheme, url->host, url->target);
	else
		url->text = memory_format("%s://%s:%u%s", scheme, url->host, url->port,
					  url->target);
	path = strlen(url->text) - strlen(url->target) + strcspn(url->target, "?");
	if (path <= SHOWN_BYTES)
		url->shown = memory_copy(url->text, path);
	else
		url->shown = memory_format("%.*s...", SHOWN_BYTES, url->text);
	return NULL;
}

/* Section 5.2.4 for an absolute path, in place. */
static void remove_dot_segments(char *path)
{
	const char *in = path;
	size_t out = 0;

	while (*in) {
		size_t segment = 1 + strcspn(in + 1, "/");	/* with its leading slash */
		bool last = in[segment] == '\0';

		if (segment == 2 && in[1] == '.') {
			if (last)
				path[out++] = '/';
		} else if (segment == 3 && in[1] == '.' && in[2] == '.') {
			while (out > 0 && path[--out] != '/')
				;
			if (last)
				path[out++] = '/';
		} else {
			memmove(path + out, in, segment);
			out += segment;
		}
		in += segment;
	}
	path[out] = '\0';
}

/* The path and query that replace base's: the path without dot segments, the query unchanged. */
static char *merge(const struct url *base, const char *reference)
{
	size_t path = strcspn(base->target, "?"), query = strcspn(reference, "?#");
	char *merged, *text;

	if (reference[0] == '?' || reference[0] == '#' || reference[0] == '\0') {
		const char *old = reference[0] == '?' ? "" : base->target + path;

		return memory_format("%.*s%s%s", (int)path, base->target, old, reference);
	}
	if (reference[0] == '/')
		path = 0;
	while (path > 0 && base->target[path - 1] != '/')
		path--;
	merged = memory_format("%.*s%.*s", (int)path, base->target, (int)query, reference);
	remove_dot_segments(merged);
	text = memory_format("%s%s", merged, reference + query);
	free(merged);
	return text;
}

const char *url_resolve(struct url *url, const struct url *base, const char *reference)
{
	const char *scheme = schemes[base->scheme].name, *fault;
	char *text, *target;

	*url = (struct url){ 0 };
	if (strnlen(reference, LIMIT_URL_BYTES + 1) > LIMIT_URL_BYTES)
		return "too long";
	if (scheme_length(reference) > 0)
		return url_parse(url, reference);
	if (strncmp(reference, "//", 2) == 0) {
		text = memory_format("%s:%s", scheme, reference);
	} else {
		target = merge(base, reference);
		text = memory_format("%s://%s:%u%s", scheme, base->host, base->port, target);
		free(target);
	}
	fault = url_parse(url, text);
	free(text);
	return fault;
}

void url_free(struct url *url)
{
	free(url->host);
	free(url->target);
	free(url->text);
	free(url->shown);
	*url = (struct url){ 0 };
}

bool url_is_same_origin(const struct url *a, const struct url *b)
{
	return a->scheme == b->scheme && a->port == b->port && strcmp(a->host, b->host) == 0;
}

const char *url_fault(const char *text)
{
	struct url url;
	const char *fault = url_parse(&url, text);

	if (!fault)
		url_free(&url);
	return fault;
}

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return found ? (int)(found - digits) : -1;
}

char *url_file_path(const struct url *url)
{
	char *path = memory_string(url->target), *out = path;

	for (const char *in = url->target; *in; in++) {
		int high = *in == '%' ? hex_value(in[1]) : -1;
		int low = high >= 0 ? hex_value(in[2]) : -1;
		int byte = (unsigned char)*in;

		if (*in == '%') {
			byte = low < 0 ? 0 : high << 4 | low;
			if (byte == 0 || byte == '/')
				goto refuse;
			in += 2;
		} else if (*in == '?') {
			goto refuse;
		}
		*out++ = (char)byte;
	}
	*out = '\0';
	return path;
refuse:
	free(path);
	return NULL;
}

char *url_encode(const char *name)
{
	static const char digits[] = "0123456789ABCDEF";
	char *text = memory_new(3 * strlen(name) + 1, 1), *out = text;

	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (isalnum(c) || strchr("-._~", c)) {
			*out++ = (char)c;
			continue;
		}
		*out++ = '%';
		*out++ = digits[c >> 4];
		*out++ = digits[c & 15];
	}
	return text;
}
