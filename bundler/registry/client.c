/* SPDX-License-Identifier: Apache-2.0 */
/* Asks registries for manifests and blobs. */
#include "registry/client.h"

#include <pthread.h>
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
#include "registry/challenge.h"
#include "registry/credentials.h"
#include "registry/refusal.h"
#include "registry/token.h"

/* All that we read, in one field: some proxies keep only the first of several. */
#define MANIFEST_TYPES "application/vnd.oci.image.index.v1+json, " \
	"application/vnd.oci.image.manifest.v1+json, " \
	"application/vnd.docker.distribution.manifest.list.v2+json, " \
	"application/vnd.docker.distribution.manifest.v2+json"

/* What a registry takes for one of its repositories. */
struct login {
	char *repository;	/* "HOST[:PORT]/REPOSITORY" */
	char *authorization;	/* the field's value */
	bool secret;		/* not what anybody gets */
	struct login *next;
};

struct registry_client {
	struct registry_options options;
	struct fetch fetch;
	struct buffer *authfiles;	/* their texts */
	pthread_mutex_t lock;		/* of logins; one thread at a time logs in */
	struct login *logins;
};

/* What is asked of one repository. */
struct exchange {
	struct registry_client *client;
	const struct reference *reference;
	const char *accept;
	char *media_type, *digest;	/* of the answer, or NULL */
	const char *withheld;		/* why a login that there is was not used, or NULL */
};

static int read_authfiles(struct registry_client *client, struct error *err)
{
	const struct registry_options *options = &client->options;

	client->authfiles = memory_new(options->authfile_count + 1, sizeof *client->authfiles);
	for (size_t i = 0; i < options->authfile_count; i++) {
		buffer_init(&client->authfiles[i], LIMIT_AUTHFILE_BYTES);
		if (credentials_read(&client->authfiles[i], options->authfiles[i],
				     options->authfile_named, err) < 0)
			return -1;
	}
	return 0;
}

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
	struct registry_client *new = memory_new(1, sizeof *new);

	*client = NULL;
	new->options = *options;
	if (fetch_init(&new->fetch, &fetch, err) < 0) {
		free(new);
		return -1;
	}
	pthread_mutex_init(&new->lock, NULL);
	if (read_authfiles(new, err) < 0) {
		registry_client_close(new);
		return -1;
	}
	*client = new;
	return 0;
}

static void forget(char *secret)
{
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

void registry_client_close(struct registry_client *client)
{
	struct login *login;

	if (!client)
		return;
	while ((login = client->logins)) {
		client->logins = login->next;
		free(login->repository);
		forget(login->authorization);
		free(login);
	}
	for (size_t i = 0; i < client->options.authfile_count; i++) {
		struct buffer *text = &client->authfiles[i];

		if (text->bytes)
			explicit_bzero(text->bytes, text->length);
		buffer_free(text);
	}
	free(client->authfiles);
	pthread_mutex_destroy(&client->lock);
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

/* ---- logging in ---- */

/* What is remembered for the exchange's repository, or NULL; with the lock. */
static struct login *find_login(const struct exchange *exchange, const char *repository)
{
	struct login *login = exchange->client->logins;

	while (login && strcmp(login->repository, repository) != 0)
		login = login->next;
	return login;
}

/* Replaces what is remembered; takes authorization. */
static void remember(struct exchange *exchange, const char *repository, char *authorization,
		     bool secret)
{
	struct login *login = find_login(exchange, repository);

	if (!login) {
		login = memory_new(1, sizeof *login);
		login->repository = memory_string(repository);
		login->next = exchange->client->logins;
		exchange->client->logins = login;
	} else {
		forget(login->authorization);
	}
	login->authorization = authorization;
	login->secret = secret;
}

/* The login of the first file that has one: 1, or 0, or -1 as credentials_find. */
static int find_credentials(const struct exchange *exchange, struct credentials *found,
			    struct error *err)
{
	const struct registry_client *client = exchange->client;
	int result = 0;

	*found = (struct credentials){ 0 };
	for (size_t i = 0; i < client->options.authfile_count && result == 0; i++)
		result = credentials_find(found, &client->authfiles[i],
					  client->options.authfiles[i], exchange->reference, err);
	return result;
}

/*
 * Does what a challenge asks for, with a token of this scope: 1, and the login is remembered; 0,
 * there is nothing to do it with; -1. answer, of the challenge, becomes that of the token service,
 * if one is asked. With the lock.
 */
static int log_in(struct exchange *exchange, const char *repository, const struct url *url,
		  const struct http_request *request, const struct challenge *challenge,
		  const char *scope, struct http_answer *answer, struct error *err)
{
	struct credentials found;
	const int any = find_credentials(exchange, &found, err);
	const bool safe = url->scheme == URL_HTTPS || answer->address == ADDRESS_LOOPBACK;
	const struct token_request question = {
		.client = &exchange->client->fetch.client, .registry = url,
		.registry_address = answer->address, .challenge = challenge,
		.credentials = any > 0 && safe ? &found : NULL, .scope = scope,
		.stall_seconds = request->stall_seconds, .deadline = request->deadline,
	};
	char *authorization = NULL, *token = NULL;
	bool secret = any > 0 && safe;
	int result = any < 0 ? -1 : 0;

	if (any > 0 && !safe)
		exchange->withheld = "a login goes over plain http to this machine only";
	if (secret && found.registry_token) {
		authorization = memory_format("Bearer %s", found.registry_token);
	} else if (any >= 0 && challenge->bearer) {
		http_answer_free(answer);
		result = token_get(&question, &token, &secret, answer, err);
		if (any > 0 && safe && !secret)
			exchange->withheld = "the login is not for a token service in another "
					     "domain than the registry's";
		if (result == 0)
			authorization = memory_format("Bearer %s", token);
	} else if (secret && challenge->basic && found.user) {
		authorization = credentials_basic(&found);
	}
	if (authorization) {
		remember(exchange, repository, authorization, secret);
		result = 1;
	}
	if (token)
		forget(token);
	credentials_free(&found);
	return result;
}

/*
 * Answers the challenges of a 401 to a request that had used as its Authorization: as log_in. count
 * is how often that was done for this request.
 */
static int answer_challenge(struct exchange *exchange, const char *repository,
			    const struct url *url, const struct http_request *request,
			    const char *used, unsigned count, struct http_answer *answer,
			    struct error *err)
{
	const char *text = answer->headers[HTTP_WWW_AUTHENTICATE], *fault, *scope = NULL;
	char *own = memory_format("repository:%s:pull", exchange->reference->repository);
	struct challenge challenge;
	const struct login *login;
	int result = 0;

	fault = challenge_parse(&challenge, text ? text : "");
	/* A token of the own scope was not enough: the registry may say what is. */
	if (count == 0)
		scope = own;
	else if (count == 1 && challenge.error
		 && strcmp(challenge.error, "insufficient_scope") == 0)
		scope = challenge.scope;
	pthread_mutex_lock(&exchange->client->lock);
	login = find_login(exchange, repository);
	if (fault)
		result = error_set(err, STATUS_HTTP, "cannot fetch '%s': its WWW-Authenticate is "
				   "refused: %s (RFC 9110 section 11.6.1)", url->shown, fault);
	else if (count == 0 && login && (!used || strcmp(login->authorization, used) != 0))
		result = 1;	/* another thread has logged in meanwhile */
	else if (scope)
		result = log_in(exchange, repository, url, request, &challenge, scope, answer,
				err);
	pthread_mutex_unlock(&exchange->client->lock);
	challenge_free(&challenge);
	free(own);
	return result;
}

/* ---- one exchange ---- */

/* Says in the registry's own words why it refuses, where it has any, and what may help. */
static void explain_refusal(const struct url *url, const struct http_answer *answer,
			    const struct buffer *body, struct error *err)
{
	char *words = refusal_read(body);

	if (words)
		error_set(err, STATUS_REGISTRY, "cannot fetch '%s': the registry says: %s",
			  url->shown, words);
	if (answer->status == 401 || answer->status == 403)
		error_hint(err, "it does not exist, or a login is needed that may read it; "
			   "--authfile names a file with logins");
	free(words);
}

/* A header's value without parameters. Caller frees. */
static char *copy_essence(const char *value)
{
	size_t length = value ? strcspn(value, "; \t") : 0;

	return value ? memory_copy(value, length) : NULL;
}

/* The field that is remembered for a repository, or NULL. Caller frees. */
static char *recall(struct exchange *exchange, const char *repository, bool *secret)
{
	const struct login *login;
	char *authorization;

	pthread_mutex_lock(&exchange->client->lock);
	login = find_login(exchange, repository);
	authorization = login ? memory_string(login->authorization) : NULL;
	*secret = login && login->secret;
	pthread_mutex_unlock(&exchange->client->lock);
	return authorization;
}

/* redirect_get with a login, where one is asked for: for download.h. */
static int ask(void *context, const struct url *url, struct http_request *request,
	       struct http_answer *answer, struct error *err)
{
	struct exchange *exchange = context;
	char *server = write_server(exchange->reference), *used = NULL;
	char *repository = memory_format("%s/%s", server, exchange->reference->repository);
	struct buffer refusal;
	bool secret;
	int result, again = 1;

	buffer_init(&refusal, LIMIT_REFUSAL_BYTES);
	request->accept = exchange->accept;
	request->refusal = &refusal;
	for (unsigned count = 0; again == 1; count++) {
		if (used)
			forget(used);
		used = recall(exchange, repository, &secret);
		request->authorization = used;
		request->this_machine = secret && url->scheme == URL_HTTP;
		buffer_free(&refusal);
		if (count > 0)
			http_answer_free(answer);
		result = redirect_get(&exchange->client->fetch.client, url, request, answer, err);
		again = 0;
		if (result < 0 && answer->status == 401 && !answer->redirected)
			again = answer_challenge(exchange, repository, url, request, used, count,
						 answer, err);
	}
	if (result < 0 && again == 0 && !answer->redirected)
		explain_refusal(url, answer, &refusal, err);
	if (result < 0 && exchange->withheld)
		error_hint(err, "%s", exchange->withheld);
	if (result == 0) {
		free(exchange->media_type);
		free(exchange->digest);
		exchange->media_type = copy_essence(answer->headers[HTTP_CONTENT_TYPE]);
		exchange->digest = copy_essence(answer->headers[HTTP_DOCKER_CONTENT_DIGEST]);
	}
	request->authorization = NULL;
	request->refusal = NULL;
	if (used)
		forget(used);
	buffer_free(&refusal);
	free(repository);
	free(server);
	return result;
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

	if (fetch->options.offline) {
		error_set(err, STATUS_NETWORK, "cannot read '%s': only the registry knows what "
			  "its tag is", exchange->reference->text);
		return error_hint(err, "with --offline, name it by its digest");
	}
	fault = url_parse(&url, text);
	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use URL '%s': %s", text, fault);
	result = download_document(&download, bytes, err);
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
