/* SPDX-License-Identifier: Apache-2.0 */
/* Asks registries for manifests and blobs. */
#include "registry/client.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/url.h"
#include "fetch/cache.h"
#include "fetch/download.h"
#include "fetch/fetch.h"
#include "image/listing.h"
#include "registry/login.h"

#define WARNING_BYTES 200	/* of a registry's warning, shown */

struct registry_client {
	struct registry_options options;
	struct fetch fetch;
	struct logins *logins;
	pthread_mutex_t lock;		/* of warning */
	char *warning;			/* the last one that was an event, or NULL */
};

/* What is asked of one repository. */
struct exchange {
	struct registry_client *client;
	const struct reference *reference;
	const char *accept;
	char *media_type, *digest, *link;	/* of the answer, or NULL */
};

int registry_client_open(struct registry_client **client, const struct registry_options *options,
			 struct error *err)
{
	const struct fetch_options fetch = {
		.cache = options->cache, .ca_directory = options->ca_directory,
		.ca_file = options->ca_file, .ca_origin = options->ca_origin,
		.proxies = options->proxies,
		.offline = options->offline, .stall_seconds = options->stall_seconds,
		.total_seconds = options->total_seconds, .events = options->events,
		.confine = options->confine,
	};
	const struct login_files files = {
		options->authfiles, options->authfile_count, options->authfile_named,
		options->helper, NULL,
	};
	struct registry_client *new = memory_new(1, sizeof *new);

	*client = NULL;
	new->options = *options;
	pthread_mutex_init(&new->lock, NULL);
	if (fetch_init(&new->fetch, &fetch, err) < 0) {
		pthread_mutex_destroy(&new->lock);
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
	pthread_mutex_destroy(&client->lock);
	free(client->warning);
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

const char *registry_client_url(const struct registry_client *client,
				const struct registry_client_target *target, struct url *url)
{
	char *text = write_url(client, target->reference, target->collection, target->name);
	const char *fault = url_parse(url, text);

	free(text);
	return fault;
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

/* ---- requests ---- */

void registry_client_notify(const struct registry_client *client, enum event_kind kind,
			    const char *name, uint64_t done, uint64_t total)
{
	const struct event_sink *events = &client->options.events;
	const struct event event = { .kind = kind, .asset = name, .done = done, .total = total };

	if (events->notify)
		events->notify(events->context, &event);
}

static void send_message(const struct registry_client *client, enum event_kind kind,
			 const char *name, const char *message, unsigned delay)
{
	const struct event_sink *events = &client->options.events;
	const struct event event = {
		.kind = kind, .asset = name, .message = message, .delay = delay,
	};

	if (events->notify)
		events->notify(events->context, &event);
}

void registry_client_phase(const struct registry_client *client, const char *name,
			   const char *phase)
{
	send_message(client, EVENT_PHASE, name, phase, 0);
}

/* Passes on what a registry wants its users to read, once (distribution-spec, "Warnings"). */
static void pass_warning(struct registry_client *client, const struct reference *reference,
			 const struct http_answer *answer)
{
	const char *field = answer->headers[HTTP_WARNING];
	char *message;

	if (!field || strncmp(field, "299 - ", 6) != 0)
		return;
	message = memory_format("registry %s says: %.*s", reference_server(reference),
				WARNING_BYTES, field + 6);
	pthread_mutex_lock(&client->lock);
	if (!client->warning || strcmp(client->warning, message) != 0) {
		send_message(client, EVENT_WARNED, reference->text, message, 0);
		free(client->warning);
		client->warning = memory_string(message);
	}
	pthread_mutex_unlock(&client->lock);
	free(message);
}

int registry_client_ask(struct registry_client *client, const struct reference *reference,
			const char *actions, const struct url *url, struct http_request *request,
			struct http_answer *answer, struct error *err)
{
	int result;

	request->stall_seconds = client->fetch.options.stall_seconds;
	request->deadline = clock_now() + 1000 * (int64_t)client->fetch.options.total_seconds;
	result = login_ask(client->logins, reference, actions, url, request, answer, err);
	pass_warning(client, reference, answer);
	return result;
}

int registry_client_ask_elsewhere(struct registry_client *client, const struct url *url,
				  struct http_request *request, struct http_answer *answer,
				  struct error *err)
{
	request->stall_seconds = client->fetch.options.stall_seconds;
	request->deadline = clock_now() + 1000 * (int64_t)client->fetch.options.total_seconds;
	return redirect_single(&client->fetch.client, url, request, answer, err);
}

int registry_client_attempts(struct registry_client *client, const char *name,
			     registry_client_try *try, void *context, struct error *err)
{
	struct download_retry retry = {
		.deadline = clock_now() + 1000 * (int64_t)client->fetch.options.total_seconds,
	};

	for (;;) {
		struct http_answer answer = { .status = 0 };
		const int result = try(context, &answer, err);
		int64_t pause = -1;

		if (result < 0 && answer.transient)
			pause = download_pause(&retry, answer.reached, answer.retry_after);
		http_answer_free(&answer);
		if (result >= 0 || pause < 0)
			return result;
		send_message(client, EVENT_RETRYING, name, err->message, (unsigned)pause);
		if (clock_sleep(pause, err) < 0)
			return -1;
	}
}

/* ---- one exchange ---- */

/* A header's value without parameters. Caller frees. */
static char *copy_essence(const char *value)
{
	size_t length = value ? strcspn(value, "; \t") : 0;

	return value ? memory_copy(value, length) : NULL;
}

static void exchange_free(struct exchange *exchange)
{
	free(exchange->media_type);
	free(exchange->digest);
	free(exchange->link);
	exchange->media_type = exchange->digest = exchange->link = NULL;
}

/* For download.h. */
static int ask(void *context, const struct url *url, struct http_request *request,
	       struct http_answer *answer, struct error *err)
{
	struct exchange *exchange = context;

	int result;

	request->accept = exchange->accept;
	result = login_ask(exchange->client->logins, exchange->reference, "pull", url, request,
			   answer, err);
	pass_warning(exchange->client, exchange->reference, answer);
	if (result < 0)
		return -1;
	exchange_free(exchange);
	exchange->media_type = copy_essence(answer->headers[HTTP_CONTENT_TYPE]);
	exchange->digest = copy_essence(answer->headers[HTTP_DOCKER_CONTENT_DIGEST]);
	if (answer->headers[HTTP_LINK])
		exchange->link = memory_string(answer->headers[HTTP_LINK]);
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

/* Adds what a URL has, which no digest is known of. */
static int get_document(struct exchange *exchange, const struct url *url, struct buffer *bytes,
			bool *absent, struct error *err)
{
	const struct fetch_options *options = &exchange->client->fetch.options;
	const struct download download = {
		.get = ask, .context = exchange, .source = url,
		.stall_seconds = options->stall_seconds, .total_seconds = options->total_seconds,
	};

	*absent = false;
	if (!options->offline)
		return download_document(&download, bytes, absent, err);
	error_set(err, STATUS_NETWORK, "cannot read '%s': only the registry knows what its %s",
		  exchange->reference->text, strstr(url->target, "/referrers/") ? "referrers are"
										: "tag is");
	return error_hint(err, "with --offline, name it by its digest");
}

/* From the registry, and then into the cache, where it is found by its digest. */
static int fetch_tag(struct exchange *exchange, const struct url *url, struct buffer *bytes,
		     struct error *err)
{
	char name[DIGEST_TEXT_BYTES];
	struct fetch_asset asset = {
		.name = name, .url = url->text, .get = ask_memory, .context = bytes,
	};
	uint64_t size;
	int fd;
	bool absent;

	if (get_document(exchange, url, bytes, &absent, err) < 0)
		return -1;
	asset.digest = digest_of(bytes->bytes, bytes->length);
	digest_write(&asset.digest, name);
	if (check_digest(exchange, url->text, &asset.digest, err) < 0
	    || fetch_open(&exchange->client->fetch, &asset, &fd, &size, err) < 0)
		return -1;
	close(fd);
	return 0;
}

int registry_client_manifest(struct registry_client *client, const struct reference *reference,
			     const char *tag, const struct digest *digest, struct buffer *bytes,
			     char **media_type, struct error *err)
{
	struct exchange exchange = { .client = client, .reference = reference,
				     .accept = REGISTRY_CLIENT_TYPES };
	char name[DIGEST_TEXT_BYTES];
	const struct registry_client_target target = {
		reference, "manifests", digest ? digest_write(digest, name) : tag,
	};
	struct url url;
	int result;

	registry_client_url(client, &target, &url);
	if (!digest) {
		result = fetch_tag(&exchange, &url, bytes, err);
	} else {
		result = fetch_manifest(&exchange, url.text, digest, bytes, err);
		if (result == 0)
			result = check_digest(&exchange, url.text, digest, err);
	}
	*media_type = NULL;
	if (result == 0) {
		*media_type = exchange.media_type;
		exchange.media_type = NULL;
	}
	exchange_free(&exchange);
	url_free(&url);
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
		.reread = client->options.reread,
		.witness = "its descriptor", .get = ask, .context = &exchange,
	};
	uint64_t length;
	int result = fetch_open(&client->fetch, &asset, fd, &length, err);

	exchange_free(&exchange);
	free(url);
	return result;
}

/* ---- referrers ---- */

/* Replaces url by that of the next page, from the Link of its answer (RFC 8288): 1, 0 or -1. */
static int next_page(struct url *url, const char *link, struct error *err)
{
	const char *end = link && *link == '<' ? strchr(link, '>') : NULL, *fault;
	struct url next;
	char *text;

	if (!end || (!strstr(end, "rel=\"next\"") && !strstr(end, "rel=next")))
		return 0;
	text = memory_copy(link + 1, (size_t)(end - link - 1));
	fault = url_resolve(&next, url, text);
	free(text);
	if (!fault && !url_is_same_origin(url, &next)) {
		fault = "it is at another host";
		url_free(&next);
	}
	if (fault)
		return error_set(err, STATUS_HTTP, "cannot fetch '%s': its next page is refused: "
				 "%s", url->shown, fault);
	url_free(url);
	*url = next;
	return 1;
}

/* Adds the lists at url, and replaces it by that of the last one. */
static int get_pages(struct exchange *exchange, struct url *url, struct buffer *bytes,
		     bool *absent, struct error *err)
{
	struct buffer page;
	int more = 1;

	for (unsigned count = 0; more > 0; count++) {
		if (count == LIMIT_REFERRER_PAGES)
			return error_set(err, STATUS_LIMIT, "cannot fetch '%s': it has more than "
					 "%d pages", url->shown, LIMIT_REFERRER_PAGES);
		buffer_init(&page, bytes->maximum);
		more = get_document(exchange, url, &page, absent, err);
		if (more == 0 && ((count > 0 && buffer_add(bytes, "", 1) < 0)
				  || buffer_add(bytes, page.bytes, page.length) < 0))
			more = error_set(err, STATUS_LIMIT, "cannot fetch '%s': more than %zu "
					 "bytes", url->shown, bytes->maximum);
		if (more == 0)
			more = next_page(url, exchange->link, err);
		buffer_free(&page);
	}
	return more;
}

/* Adds what the first of count targets has that is there, or nothing. */
static int get_first(struct exchange *exchange, const struct registry_client_target *targets,
		     size_t count, struct buffer *bytes, char **media_type, struct error *err)
{
	bool absent = true;
	struct url url;
	int result = -1;

	for (size_t i = 0; i < count && result < 0 && absent; i++) {
		registry_client_url(exchange->client, &targets[i], &url);
		result = get_pages(exchange, &url, bytes, &absent, err);
		url_free(&url);
	}
	if (result < 0 && absent)
		result = 0;
	*media_type = NULL;
	if (result == 0 && !absent) {
		*media_type = exchange->media_type;
		exchange->media_type = NULL;
	}
	exchange_free(exchange);
	return result;
}

int registry_client_referrers(struct registry_client *client, const struct reference *reference,
			      const struct digest *digest, struct buffer *bytes, char **media_type,
			      struct error *err)
{
	struct exchange exchange = {
		.client = client, .reference = reference,
		.accept = "application/vnd.oci.image.index.v1+json",
	};
	char name[DIGEST_TEXT_BYTES], tag[LISTING_TAG_BYTES];
	const struct registry_client_target targets[] = {
		{ reference, "referrers", digest_write(digest, name) },
		{ reference, "manifests", listing_tag(digest, tag) },
	};

	return get_first(&exchange, targets, 2, bytes, media_type, err);
}

int registry_client_signatures(struct registry_client *client, const struct reference *reference,
			       const struct digest *digest, struct buffer *bytes,
			       char **media_type, struct error *err)
{
	struct exchange exchange = {
		.client = client, .reference = reference, .accept = REGISTRY_CLIENT_TYPES,
	};
	char tag[LISTING_SIGNATURES_TAG_BYTES];
	const struct registry_client_target target = {
		reference, "manifests", listing_signatures_tag(digest, tag),
	};

	return get_first(&exchange, &target, 1, bytes, media_type, err);
}
