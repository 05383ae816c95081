/* SPDX-License-Identifier: Apache-2.0 */
/* The process that reads from registries, and what is asked of it. */
#include "command/registry.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jobs.h"
#include "base/limits.h"
#include "command/broker.h"
#include "command/environment.h"
#include "command/report.h"
#include "image/listing.h"
#include "registry/client.h"
#include "registry/upload.h"

/* What one process asks the other for. */
struct question {
	size_t place;			/* its number */
	bool sends;
	union {
		struct pull_item pull;
		struct push_item push;	/* sends */
	};
};

_Static_assert(sizeof(struct question) <= FETCHER_ITEM_BYTES, "an item of the fetcher");
_Static_assert(PULL_ITEMS <= FETCHER_ITEMS, "a question of the fetcher");

/* In the process: a question under way. */
struct server {
	struct command_registry *registry;
	struct registry_client *client;	/* NULL before the first */
	int scratch;			/* for manifests */
	struct question *items;
	int *fds;
};

int command_registry_plain_http(void *registry, const struct option_spec *spec, const char *value,
				struct error *err)
{
	struct command_registry *to = registry;

	(void)spec, (void)err;
	command_inputs_append(&to->pool, &to->plain_http, &to->plain_http_count, value);
	return 0;
}

/* ---- what the process may use ---- */

static void add_authfile(struct command_registry *registry, struct registry_options *options,
			 const char *directory, const char *name)
{
	if (directory)
		command_inputs_append(&registry->pool, &options->authfiles,
				      &options->authfile_count,
				      pool_format(&registry->pool, "%s%s", directory, name));
}

/* Where container tools look for logins, as containers-auth.json(5) has it. */
static void find_authfiles(struct command_registry *registry, struct registry_options *options)
{
	const char *named = registry->authfile, *home = environment_get("HOME");
	const char *config = environment_get("XDG_CONFIG_HOME");
	const char *docker = environment_get("DOCKER_CONFIG");

	if (!named)
		named = environment_get("REGISTRY_AUTH_FILE");
	options->authfile_named = named;
	add_authfile(registry, options, named, "");
	if (named)
		return;
	add_authfile(registry, options, environment_get("XDG_RUNTIME_DIR"),
		     "/containers/auth.json");
	add_authfile(registry, options, config ? config : home,
		     config ? "/containers/auth.json" : "/.config/containers/auth.json");
	add_authfile(registry, options, docker ? docker : home,
		     docker ? "/config.json" : "/.docker/config.json");
}

/* Without a recipe, and without another choice, the certificates are those of the system. */
static void find_certificates(struct fetch_options *fetch)
{
	static const char *const bundles[] = {
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/cert.pem",
	};

	for (size_t i = 0; i < sizeof bundles / sizeof bundles[0] && !fetch->ca_file; i++)
		if (access(bundles[i], R_OK) == 0) {
			fetch->ca_file = bundles[i];
			fetch->ca_origin = "the system";
		}
}

/* Reads the credentials, and then gives up all but the registries of the places. */
static int begin(struct server *server, struct error *err)
{
	struct command_registry *registry = server->registry;
	struct fetch_options *fetch = &registry->inputs->fetch;
	struct registry_options options;
	struct registry_client *client;
	int result;

	find_certificates(fetch);
	if (fetch->ca_file && fetch->ca_directory == AT_FDCWD)
		confine_network_read(fetch->confine, fetch->ca_file);
	options = (struct registry_options){
		.cache = fetch->cache, .ca_directory = fetch->ca_directory,
		.ca_file = fetch->ca_file, .ca_origin = fetch->ca_origin, .proxies = fetch->proxies,
		.plain_http = registry->plain_http, .plain_http_count = registry->plain_http_count,
		.offline = fetch->offline, .stall_seconds = fetch->stall_seconds,
		.total_seconds = fetch->total_seconds, .confine = fetch->confine,
		.helper = broker_ask, .reread = registry->reread,
		.events = { progress_notify, &registry->inputs->progress },
	};
	find_authfiles(registry, &options);
	result = registry_client_open(&client, &options, err);
	for (size_t i = 0; i < registry->place_count && result == 0; i++)
		if (registry->places[i].kind == LOCATION_REGISTRY)
			result = registry_client_list(client, &registry->places[i].reference, err);
	if (result == 0)
		result = confine_network(fetch->confine, err);
	if (result < 0)
		registry_client_close(client);
	else
		server->client = client;
	return result;
}

/* ---- the process ---- */

static int open_document(const struct server *server, const struct reference *reference,
			 struct pull_item *item, int *fd, struct error *err)
{
	const char *tag = item->kind == PULL_NAMED ? reference->tag : NULL;
	const struct digest *digest = item->kind == PULL_NAMED ? &reference->digest : &item->digest;
	struct buffer bytes;
	char *type = NULL;
	int result;

	buffer_init(&bytes, LIMIT_INDEX_BYTES);
	if (item->kind == PULL_LIST)
		result = registry_client_referrers(server->client, reference, digest, &bytes,
						   &type, err);
	else if (item->kind == PULL_SIGNATURES)
		result = registry_client_signatures(server->client, reference, digest, &bytes,
						    &type, err);
	else
		result = registry_client_manifest(server->client, reference, tag,
						  tag ? NULL : digest, &bytes, &type, err);
	if (result == 0) {
		snprintf(item->type, sizeof item->type, "%s", type ? type : "");
		*fd = file_open_unnamed(server->scratch);
		if (*fd < 0 || file_write_all(*fd, bytes.bytes, bytes.length) < 0)
			result = error_errno(err, STATUS_FILE, "cannot keep a manifest");
	}
	free(type);
	buffer_free(&bytes);
	return result;
}

static int send_item(const struct server *server, const struct reference *reference,
		     struct push_item *item, int fd, struct error *err)
{
	const struct upload upload = {
		.fd = fd, .offset = item->offset, .size = item->size, .digest = item->digest,
		.type = item->kind == PUSH_BLOB ? NULL : item->type,
	};
	char made[LISTING_SIGNATURES_TAG_BYTES];
	const char *tag = NULL;
	int result;

	item->type[sizeof item->type - 1] = '\0';
	item->there = item->linked = false;
	if (item->kind == PUSH_NAMED || item->kind == PUSH_CHECK)
		tag = reference->tag;
	else if (item->kind == PUSH_REFERRERS)
		tag = listing_tag(&item->subject, made);
	else if (item->kind == PUSH_SIGNATURES)
		tag = listing_signatures_tag(&item->subject, made);
	if (item->kind == PUSH_BLOB)
		return upload_blob(server->client, reference, &upload, &item->there, err);
	if (item->kind != PUSH_CHECK)
		return upload_manifest(server->client, reference, tag, &upload, &item->linked, err);
	result = upload_check(server->client, reference, tag, &item->digest, err);
	item->there = result > 0;
	return result < 0 ? -1 : 0;
}

/* A job. */
static int take_item(void *context, size_t number, struct error *err)
{
	const struct server *server = context;
	const struct command_registry *registry = server->registry;
	struct question *question = &server->items[number];
	const struct reference *reference;
	int *fd = &server->fds[number];

	if (question->place >= registry->place_count
	    || registry->places[question->place].kind != LOCATION_REGISTRY
	    || (!question->sends && (question->pull.kind > PULL_SIGNATURES || *fd >= 0))
	    || (question->sends && question->push.kind > PUSH_SIGNATURES))
		return error_set(err, STATUS_FILE, "cannot fetch: no such thing");
	reference = &registry->places[question->place].reference;
	if (question->sends)
		return send_item(server, reference, &question->push, *fd, err);
	if (question->pull.kind == PULL_BLOB)
		return registry_client_blob(server->client, reference, &question->pull.digest,
					    question->pull.size, fd, err);
	return open_document(server, reference, &question->pull, fd, err);
}

static void close_files(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* For fetcher.h; context is a struct server. */
static int answer(void *context, void *items, size_t count, int *fds, struct error *err)
{
	struct server *server = context;
	struct progress *progress = &server->registry->inputs->progress;
	int result;

	server->items = items;
	server->fds = fds;
	result = server->client ? 0 : begin(server, err);
	if (result == 0) {
		progress_init(progress, environment_get("TERM"));
		result = jobs_run_waiting(take_item, server, count, err);
		progress_free(progress);
	}
	if (result < 0 || server->items[0].sends)
		close_files(fds, count);
	return result;
}

/* ---- the other end ---- */

int command_registry_start(struct command_registry *registry, struct command_inputs *inputs,
			   const struct location *places, size_t count, struct error *err)
{
	struct server server = { .registry = registry };
	size_t i = 0;
	int result;

	while (i < count && places[i].kind != LOCATION_REGISTRY)
		i++;
	if (i == count) {
		broker_leave();
		return 0;
	}
	registry->inputs = inputs;
	registry->places = places;
	registry->place_count = count;
	server.scratch = command_inputs_scratch(err);
	if (server.scratch < 0)
		return -1;
	result = fetcher_start(&registry->fetcher, answer, &server, sizeof(struct question), err);
	broker_leave();
	close(server.scratch);
	return result;
}

/* What pull asks for. */
struct client {
	struct fetcher *fetcher;
	size_t place;
};

/* For pull.h. Of the answer only what is one is taken. */
static int ask(void *context, struct pull_item *items, size_t count, struct error *err)
{
	const struct client *client = context;
	struct question questions[PULL_ITEMS];
	int fds[PULL_ITEMS];

	for (size_t i = 0; i < count; i++)
		questions[i] = (struct question){ .place = client->place, .pull = items[i] };
	if (fetcher_ask(client->fetcher, questions, count, NULL, fds, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		items[i].fd = fds[i];
		snprintf(items[i].type, sizeof items[i].type, "%.*s",
			 (int)sizeof items[i].type - 1, questions[i].pull.type);
	}
	return 0;
}

/* For push.h. */
static int offer(void *context, struct push_item *items, size_t count, struct error *err)
{
	const struct client *client = context;
	struct question questions[PULL_ITEMS];
	int fds[PULL_ITEMS] = { -1 };

	for (size_t i = 0; i < count; i++) {
		questions[i] = (struct question){
			.place = client->place, .sends = true, .push = items[i],
		};
		fds[i] = items[i].fd;
	}
	if (fetcher_ask(client->fetcher, questions, count, fds[0] >= 0 ? fds : NULL, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		items[i].there = questions[i].push.there;
		items[i].linked = questions[i].push.linked;
	}
	return 0;
}

int command_registry_pull(struct command_registry *registry, struct location *place,
			  enum pull_extent extent, struct error *err)
{
	const struct command_inputs *inputs = registry->inputs;
	const struct pull_wanted wanted = {
		.platforms = inputs->platforms, .count = inputs->all ? 0 : inputs->platform_count,
		.extent = extent,
	};
	struct client client = { &registry->fetcher, (size_t)(place - registry->places) };
	int scratch = command_inputs_scratch(err), result;

	if (scratch < 0)
		return -1;
	result = pull_open(&registry->pulls[client.place], place, &wanted, ask, &client, scratch,
			   err);
	close(scratch);
	return result;
}

int command_registry_ask(struct command_registry *registry, const struct location *place,
			 struct pull_item *items, size_t count, struct error *err)
{
	struct client client = { &registry->fetcher, (size_t)(place - registry->places) };

	return ask(&client, items, count, err);
}

int command_registry_check(const struct location *place, const struct command_inputs *inputs,
			   struct error *err)
{
	if (place->kind != LOCATION_REGISTRY || !inputs->fetch.offline)
		return 0;
	return error_set(err, STATUS_USAGE, "cannot send to '%s' with --offline", place->path);
}

int command_registry_push(struct command_registry *registry, const struct closure *closure,
			  const struct location *place, struct push_result *result,
			  struct error *err)
{
	struct client client = { &registry->fetcher, (size_t)(place - registry->places) };
	const struct push_peer peer = { offer, ask, &client };
	int scratch = command_inputs_scratch(err), pushed;

	if (scratch < 0)
		return -1;
	pushed = push_image(closure, &place->reference, &peer, scratch, result, err);
	close(scratch);
	return pushed;
}

void command_registry_print(FILE *stream, const char *place, const struct push_result *pushed)
{
	char digest[DIGEST_TEXT_BYTES];

	fprintf(stream, "%s  ", digest_write(&pushed->digest, digest));
	report_text(stream, place);
	fputc('\n', stream);
}

void command_registry_describe(json_t *report, const char *place, const struct push_result *pushed)
{
	json_object_set_new(report, "pushed", json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}",
		"place", report_json(place), "digest", report_json_digest(&pushed->digest),
		"blobs_sent", (json_int_t)pushed->sent,
		"bytes_sent", (json_int_t)pushed->sent_bytes,
		"blobs_there", (json_int_t)pushed->there,
		"bytes_there", (json_int_t)pushed->there_bytes));
}

void command_registry_close(struct command_registry *registry)
{
	fetcher_stop(&registry->fetcher);
	for (size_t i = 0; i < COMMAND_REGISTRY_PLACES; i++)
		pull_close(&registry->pulls[i]);
	pool_free(&registry->pool);
}
