/* SPDX-License-Identifier: Apache-2.0 */
/* Asks registries for manifests and blobs. */
#include "registry/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/url.h"
#include "fetch/cache.h"
#include "fetch/download.h"
#include "fetch/fetch.h"
#include "registry/login.h"

/* All that we read, in one field: some proxies keep only the first of several. */
#define MANIFEST_TYPES "application/vnd.oci.image.index.v1+json, " \
	"application/vnd.oci.image.manifest.v1+json, " \
	"application/vnd.docker.distribution.manifest.list.v2+json, " \
	"application/vnd.docker.distribution.manifest.v2+json"

struct registry_client {
	struct registry_options options;
	struct fetch fetch;
	struct logins *logins;
};

/* What is asked of one repository. */
struct exchange {
	struct registry_client *client;
	const struct reference *reference;
	const char *accept;
	char *media_type, *digest;	/* of the answer, or NULL */
};

int registry_client_open(struct registry_client **client, const struct registry_options *options,
			 struct error *err)
{
	const struct fetch_options fetch = {
		.cache = options->cache, .ca_directory = options->ca_directory,
		.ca_file = options->ca_file, .proxies = options->proxies,
		.offline = options->offline, .stall_seconds = options->stall_seconds,
		.total_seconds = options->total_seconds, .events = options->events,
		.confine = options->confine,
	};
	const struct login_files files = {
		options->authfiles, options->authfile_count, options->authfile_named,
	};
	struct registry_client *new = memory_new(1, sizeof *new);

	*client = NULL;
	new->options = *options;
	if (fetch_init(&new->fetch, &fetch, err) < 0) {
		free(new);
		return -1;
	}
	if (login_open(&new->logins, &new->fetch.client, &files, err) < 0) {
		registry_client_close(new);
		return -1;
	}
	*client = new;
	return 0;
}

void registry_client_close(struct registry_client *client)
{
	if (!client)
		return;
	login_close(client->logins);
	fetch_free(&client->fetch);
	free(client);
}

/* ---- URLs ---- */

/* "HOST[:PORT]" of the server. Caller frees. */
static char *write_server(const struct reference *reference)
{
	const char *host = reference_server(reference);

	return reference->port ? memory_format("%s:%u", host, reference->port)
			       : memory_string(host);
}

static bool is_plain(const struct registry_client *client, const struct reference *reference)
{
	char *server = write_server(reference);
	bool plain = false;

	for (size_t i = 0; i < client->options.plain_http_count; i++) {
		const char *named = client->options.plain_http[i];

		plain |= strcasecmp(named, server) == 0 || strcasecmp(named, reference->host) == 0;
	}
	free(server);
	return plain;
}

/* The URL of what is called name among the repository's manifests or blobs. Caller frees. */
static char *write_url(const struct registry_client *client, const struct reference *reference,
		       const char *collection, const char *name)
{
	char *server = write_server(reference);
	char *url = memory_format("%s://%s/v2/%s/%s/%s",
				  is_plain(client, reference) ? "http" : "https", server,
				  reference->repository, collection, name);

	free(server);
	return url;
}

/* ---- confinement ---- */

int registry_client_list(const struct registry_client *client, const struct reference *reference,
			 struct error *err)
{
	const struct registry_options *options = &client->options;
	struct confine *confine = options->confine;
	const char *proxy;
	struct cache cache;
	struct url url;
	char *text;

	if (!confine)
		return 0;
	if (options->cache) {
		if (cache_open(&cache, options->cache, !options->offline, err) < 0)
			return -1;
		cache_close(&cache);
		confine_network_write(confine, options->cache);
	}
	if (options->offline)
		return 0;
	text = write_url(client, reference, "", "");
	if (!url_parse(&url, text)) {
		proxy = proxy_find(&options->proxies, &url);
		confine_connect(confine, proxy ? proxy_port(proxy) : url.port);
		url_free(&url);
	}
	free(text);
	/* Storage elsewhere and token services; DNS over TCP. */
	confine_connect(confine, 443);
	confine_connect(confine, 53);
	return 0;
}

/* ---- one exchange ---- */

/* A header's value without parameters. Caller frees. */
static char *copy_essence(const char *value)
{
	size_t length = value ? strcspn(value, "; \t") : 0;

	return value ? memory_copy(value, length) : NULL;
}

/* For download.h. */
static int ask(void *context, const struct url *url, struct http_request *request,
	       struct http_answer *answer, struct error *err)
{
	struct exchange *exchange = context;

	request->accept = exchange->accept;
	if (login_get(exchange->client->logins, exchange->reference, url, request, answer, err) < 0)
		return -1;
	free(exchange->media_type);
	free(exchange->digest);
	exchange->media_type = copy_essence(answer->headers[HTTP_CONTENT_TYPE]);
	exchange->digest = copy_essence(answer->headers[HTTP_DOCKER_CONTENT_DIGEST]);
	return 0;
}

/* The same for a document that was fetched already. */
static int ask_memory(void *context, const struct url *url, struct http_request *request,
		      struct http_answer *answer, struct error *err)
{
	const struct buffer *bytes = context;

	(void)url;
	*answer = (struct http_answer){ .status = 200, .length = bytes->length };
	return request->head(request->context, answer, err) < 0 ? -1
	       : request->body(request->context, bytes->bytes, bytes->length, err);
}

/* ---- manifests ---- */

/* A registry that states another digest than its answer has is not to be relied on. */
static int check_digest(const struct exchange *exchange, const char *url,
			const struct digest *digest, struct error *err)
{
	char text[DIGEST_TEXT_BYTES];

	digest_write(digest, text);
	if (!exchange->digest || strncmp(exchange->digest, "sha256:", 7) != 0
	    || strcmp(exchange->digest, text) == 0)
		return 0;
	return error_set(err, STATUS_DIGEST, "cannot use '%s': its digest is %s, the registry says "
			 "%.80s", url, text, exchange->digest);
}

/* Through the cache. */
static int fetch_manifest(struct exchange *exchange, const char *url, const struct digest *digest,
			  struct buffer *bytes, struct error *err)
{
	char name[DIGEST_TEXT_BYTES];
	const struct fetch_asset asset = {
		.name = digest_write(digest, name), .url = url, .digest = *digest,
		.maximum = bytes->maximum, .witness = "the reference",
		.get = ask, .context = exchange,
	};
	uint64_t size;
	int fd, result;

	if (fetch_open(&exchange->client->fetch, &asset, &fd, &size, err) < 0)
		return -1;
	result = file_read_open(bytes, fd, name, err);
	close(fd);
	return result;
}

/* From the registry, and then into the cache, where it is found by its digest. */
static int fetch_tag(struct exchange *exchange, const char *text, struct buffer *bytes,
		     struct error *err)
{
	struct fetch *fetch = &exchange->client->fetch;
	char name[DIGEST_TEXT_BYTES];
	struct url url;
	const struct download download = {
		.get = ask, .context = exchange, .source = &url,
		.stall_seconds = fetch->options.stall_seconds,
		.total_seconds = fetch->options.total_seconds,
	};
	struct fetch_asset asset = {
		.name = name, .url = text, .get = ask_memory, .context = bytes,
	};
	const char *fault;
	uint64_t size;
	int fd, result;
	bool absent;

	if (fetch->options.offline) {
		error_set(err, STATUS_NETWORK, "cannot read '%s': only the registry knows what "
			  "its tag is", exchange->reference->text);
		return error_hint(err, "with --offline, name it by its digest");
	}
	fault = url_parse(&url, text);
	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use URL '%s': %s", text, fault);
	result = download_document(&download, bytes, &absent, err);
	url_free(&url);
	if (result < 0)
		return -1;
	asset.digest = digest_of(bytes->bytes, bytes->length);
	digest_write(&asset.digest, name);
	if (check_digest(exchange, text, &asset.digest, err) < 0
	    || fetch_open(fetch, &asset, &fd, &size, err) < 0)
		return -1;
	close(fd);
	return 0;
}

int registry_client_manifest(struct registry_client *client, const struct reference *reference,
			     const struct digest *digest, struct buffer *bytes, char **media_type,
			     struct error *err)
{
	struct exchange exchange = { .client = client, .reference = reference,
				     .accept = MANIFEST_TYPES };
	char name[DIGEST_TEXT_BYTES], *url;
	int result;

	if (!digest && !reference->tag)
		digest = &reference->digest;
	url = write_url(client, reference, "manifests",
			digest ? digest_write(digest, name) : reference->tag);
	if (!digest) {
		result = fetch_tag(&exchange, url, bytes, err);
	} else {
		result = fetch_manifest(&exchange, url, digest, bytes, err);
		if (result == 0)
			result = check_digest(&exchange, url, digest, err);
	}
	*media_type = result == 0 ? exchange.media_type : NULL;
	if (result < 0)
		free(exchange.media_type);
	free(exchange.digest);
	free(url);
	return result;
}

/* ---- blobs ---- */

int registry_client_blob(struct registry_client *client, const struct reference *reference,
			 const struct digest *digest, uint64_t size, int *fd, struct error *err)
{
	struct exchange exchange = { .client = client, .reference = reference };
	char name[DIGEST_TEXT_BYTES];
	char *url = write_url(client, reference, "blobs", digest_write(digest, name));
	const struct fetch_asset asset = {
		.name = name, .url = url, .digest = *digest, .size = size,
		.witness = "its descriptor", .get = ask, .context = &exchange,
	};
	uint64_t length;
	int result = fetch_open(&client->fetch, &asset, fd, &length, err);

	free(exchange.media_type);
	free(exchange.digest);
	free(url);
	return result;
}
