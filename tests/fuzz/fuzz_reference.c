/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference of an image in a registry: what is read is harmless in a URL, names the same when it
 * is written in full and read again, and its tag and repository are those that names of images have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/url.h"
#include "image/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *write_reference(const struct reference *reference, struct pool *pool)
{
	char digest[DIGEST_TEXT_BYTES];
	const char *port = reference->port ? pool_format(pool, ":%u", reference->port) : "";

	return pool_format(pool, "%s%s/%s%s%s%s%s", reference->host, port, reference->repository,
			   reference->tag ? ":" : "", reference->tag ? reference->tag : "",
			   reference->has_digest ? "@" : "",
			   reference->has_digest ? digest_write(&reference->digest, digest) : "");
}

static void check(const struct reference *reference, struct pool *pool)
{
	const char *tag = reference->tag ? reference->tag : "latest";
	struct reference again;
	struct url url;

	if (url_parse(&url, pool_format(pool, "https://%s:%u/v2/%s/manifests/%s",
					reference_server(reference),
					reference->port ? reference->port : 443,
					reference->repository, tag)))
		abort();
	if (strcmp(url.host, reference_server(reference)) != 0 || strpbrk(url.target, "?#%")
	    || strstr(url.target, "/../"))
		abort();
	url_free(&url);
	if (reference_tag_fault(tag)
	    || reference_fault(pool_format(pool, "%s:%s", reference->repository, tag)))
		abort();
	/* The host of one without a dot, a port or capitals would be a name. */
	if (!strpbrk(reference->host, ".:") && !reference->port)
		return;
	if (reference_parse(&again, pool, write_reference(reference, pool))
	    || strcmp(write_reference(&again, pool), write_reference(reference, pool)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool pool = { 0 };
	struct reference reference;
	char *text = memory_copy(data, size);

	if (!reference_parse(&reference, &pool, text))
		check(&reference, &pool);
	free(text);
	pool_free(&pool);
	return 0;
}
