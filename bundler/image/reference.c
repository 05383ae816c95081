/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and compares names of images, such as docker.io/library/nats:2. */
#include "image/reference.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/url.h"

#define NAME_BYTES 255	/* of a repository, in distribution's reference */
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
const char *reference_tag_fault(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > 128 || strspn(text, LOWER UPPER DIGITS "_") == 0
	    || strspn(text, LOWER UPPER DIGITS "_.-") != length)
		return "its tag is malformed";
	return NULL;
}

/* Length of the separator that text begins with: one of . _ __ or any number of -; 0 for none. */
static size_t separator_length(const char *text)
{
	if (text[0] == '.')
		return 1;
	if (text[0] == '_')
		return text[1] == '_' ? 2 : 1;
	return strspn(text, "-");
}

/* Lower-case words with separators between, up to the end. */
static bool is_component(const char *text)
{
	for (;;) {
		size_t length = strspn(text, LOWER DIGITS);

		if (length == 0)
			return false;
		text += length;
		if (*text == '\0')
			return true;
		length = separator_length(text);
		if (length == 0)
			return false;
		text += length;
	}
}

/*
 * A host as distribution tells one from a name: it has a dot, a port or capitals, or is localhost.
 */
static bool is_domain(const char *text)
{
	size_t host = strspn(text, LOWER UPPER DIGITS ".-");

	if (host == 0 || text[0] == '.' || text[0] == '-'
	    || (strcmp(text, "localhost") != 0 && !strpbrk(text, ".:" UPPER)))
		return false;
	return text[host] == '\0'
	       || (text[host] == ':' && text[host + 1] != '\0'
		   && text[host + 1 + strspn(text + host + 1, DIGITS)] == '\0');
}

/* Splits name at its slashes; it is the caller's to write to. */
static bool is_name(char *name)
{
	bool first = true;
	char *slash;

	for (; (slash = strchr(name, '/')); name = slash + 1, first = false) {
		*slash = '\0';
		if (!is_component(name) && !(first && is_domain(name)))
			return false;
	}
	return is_component(name);
}

const char *reference_fault(const char *text)
{
	const char *fault = NULL;
	char *name = memory_string(text), *colon = strrchr(name, ':');

	if (!colon || strchr(colon, '/')) {
		fault = "it has no tag";
	} else {
		*colon = '\0';
		fault = reference_tag_fault(colon + 1);
		if (!fault && (strlen(name) > NAME_BYTES || !is_name(name)))
			fault = "its name is malformed";
	}
	free(name);
	return fault;
}

const char *reference_prefix(const char *name)
{
	const char *slash = strchr(name, '/');
	char *first;
	bool domain;

	if (!slash)
		return "docker.io/library/";
	first = memory_copy(name, (size_t)(slash - name));
	domain = is_domain(first);
	free(first);
	return domain ? "" : "docker.io/";
}

/* ---- in a registry ---- */

/* Words of letters, digits and hyphens with dots between; no hyphen at an end of one. */
static bool is_host(const char *text)
{
	for (;;) {
		size_t length = strspn(text, LOWER DIGITS "-");

		if (length == 0 || text[0] == '-' || text[length - 1] == '-')
			return false;
		text += length;
		if (*text != '.')
			return *text == '\0';
		text++;
	}
}

static const char *parse_host(struct reference *reference, struct pool *pool, const char *text)
{
	const char *colon = strrchr(text, ':'), *fault;
	struct url url;

	fault = url_parse(&url, pool_format(pool, "https://%s/", text));
	if (fault)
		return "its host is malformed";
	if (url.host[0] != '[' && !is_host(url.host))
		fault = "its host is malformed";
	reference->host = pool_string(pool, strcmp(url.host, "index.docker.io") == 0
					    ? "docker.io" : url.host);
	reference->port = colon && !strchr(colon, ']') ? url.port : 0;
	url_free(&url);
	return fault;
}

static const char *parse_repository(struct reference *reference, struct pool *pool,
				    const char *text)
{
	const bool official = strcmp(reference->host, "docker.io") == 0 && !strchr(text, '/');

	reference->repository = pool_format(pool, "%s%s", official ? "library/" : "", text);
	for (char *name = pool_string(pool, text), *slash; name; name = slash) {
		slash = strchr(name, '/');
		if (slash)
			*slash++ = '\0';
		if (!is_component(name))
			return "its name is malformed";
	}
	return strlen(reference->repository) > NAME_BYTES ? "its name is too long" : NULL;
}

const char *reference_parse(struct reference *reference, struct pool *pool, const char *text)
{
	char *name = pool_string(pool, text), *at = strchr(name, '@'), *colon, *slash;
	const char *fault = NULL;

	*reference = (struct reference){ .text = pool_string(pool, text), .has_digest = at };
	if (at) {
		*at = '\0';
		if (digest_parse(&reference->digest, at + 1))
			return "its digest is not 'sha256:' and 64 lower-case hexadecimal digits";
	}
	colon = strrchr(name, ':');
	if (colon && !strchr(colon, '/')) {
		*colon = '\0';
		reference->tag = colon + 1;
		fault = reference_tag_fault(reference->tag);
	} else if (!at) {
		reference->tag = pool_string(pool, "latest");
	}
	slash = strchr(name, '/');
	if (slash)
		*slash = '\0';
	if (!slash || (strcmp(name, "localhost") != 0 && !strpbrk(name, ".:" UPPER))) {
		reference->host = pool_string(pool, "docker.io");
		if (slash)
			*slash = '/';
	} else {
		if (!fault)
			fault = parse_host(reference, pool, name);
		name = slash + 1;
	}
	return fault ? fault : parse_repository(reference, pool, name);
}

const char *reference_server(const struct reference *reference)
{
	return strcmp(reference->host, "docker.io") == 0 ? "registry-1.docker.io"
							 : reference->host;
}

/* ---- comparing ---- */

static const char *without(const char *reference, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(reference, prefix, length) == 0 ? reference + length : reference;
}

/* As docker shows it. */
static const char *familiar(const char *reference)
{
	return without(without(reference, "docker.io/"), "library/");
}

char *reference_familiar(const struct reference *reference, struct pool *pool)
{
	char *whole = reference->port
		      ? pool_format(pool, "%s:%u/%s:%s", reference->host, reference->port,
				    reference->repository, reference->tag)
		      : pool_format(pool, "%s/%s:%s", reference->host, reference->repository,
				    reference->tag);

	return pool_string(pool, familiar(whole));
}

bool reference_is(const char *reference, const char *wanted)
{
	const char *colon = strrchr(reference, ':');

	if (!strchr(wanted, ':'))
		return strcmp(colon ? colon + 1 : reference, wanted) == 0;
	return strcmp(familiar(reference), familiar(wanted)) == 0;
}
