/* SPDX-License-Identifier: Apache-2.0 */
/* Sends blobs and manifests to registries. */
#include "registry/upload.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/url.h"
#include "fetch/http.h"
#include "fetch/redirect.h"

#define ACTIONS "pull,push"
#define EVENT_INTERVAL 100	/* milliseconds between two events of progress */

/* A blob or a manifest on its way. */
struct delivery {
	struct registry_client *client;
	const struct reference *reference;
	const struct upload *upload;
	const char *tag;	/* of a manifest, or NULL */
	const char *name;	/* its digest, in words */
	bool there, linked;	/* what came of it */
	struct digest_state hash;
	int64_t reported;	/* when the last event of progress was */
};

/* ---- what is sent ---- */

static int refuse_bytes(const struct delivery *delivery, struct error *err)
{
	return error_set(err, STATUS_DIGEST, "cannot send '%s': the bytes that are there under "
			 "this digest have another", delivery->name);
}

/*
 * For http.h: the last bytes leave only when all of them are what they should be. Nothing is
 * trusted because of this: the registry hashes them, and so does everybody who reads them there.
 */
static int on_sent(void *context, uint64_t offset, const void *bytes, size_t length,
		   struct error *err)
{
	struct delivery *delivery = context;
	const struct upload *upload = delivery->upload;
	const int64_t now = clock_now();
	struct digest found;

	if (offset == 0)
		digest_init_output(&delivery->hash);
	digest_add(&delivery->hash, bytes, length);
	if (now - delivery->reported >= EVENT_INTERVAL) {
		delivery->reported = now;
		registry_client_notify(delivery->client, EVENT_PROGRESS, delivery->name,
				       delivery->hash.length, upload->size);
	}
	if (delivery->hash.length < upload->size)
		return 0;
	found = digest_read(&delivery->hash);
	return digest_equal(&found, &upload->digest) ? 0 : refuse_bytes(delivery, err);
}

static struct http_upload begin_upload(struct delivery *delivery)
{
	const struct upload *upload = delivery->upload;

	return (struct http_upload){
		.fd = upload->fd, .offset = upload->offset, .size = upload->size,
		.type = upload->type ? upload->type : "application/octet-stream",
		.sent = on_sent, .context = delivery,
	};
}

/* Asks for something of the repository. */
static int ask(const struct delivery *delivery, const char *collection, const char *name,
	       struct http_request *request, struct http_answer *answer, struct error *err)
{
	const struct registry_client_target target = { delivery->reference, collection, name };
	struct url url;
	int result;

	registry_client_url(delivery->client, &target, &url);
	result = registry_client_ask(delivery->client, delivery->reference, ACTIONS, &url, request,
				     answer, err);
	url_free(&url);
	return result;
}

/* ---- blobs ---- */

/* The URL for the bytes, from the answer to the POST of from. */
static int find_location(const struct delivery *delivery, const struct url *from,
			 const char *location, struct url *url, struct error *err)
{
	struct url place;
	const char *fault;
	char *text;

	fault = location ? url_resolve(&place, from, location) : "there is no Location";
	if (fault)
		/* Not shown: there may be a password or a signature in it. */
		return error_set(err, STATUS_HTTP, "cannot send to '%s': the place for the bytes "
				 "is refused: %s", from->shown, fault);
	text = memory_format("%s%cdigest=sha256%%3A%s", place.text,
			     strchr(place.target, '?') ? '&' : '?',
			     delivery->name + strlen("sha256:"));
	fault = url_parse(url, text);
	free(text);
	if (!fault && !url_is_same_origin(from, &place)) {
		fault = redirect_fault(&place);
		if (fault)
			url_free(url);
	}
	if (fault)
		error_set(err, STATUS_HTTP, "cannot send to '%s': the place for the bytes, '%s', "
			  "is refused: %s", from->shown, place.shown, fault);
	url_free(&place);
	return fault ? -1 : 0;
}

/* POST, and PUT to where its answer leads. */
static int send_blob(struct delivery *delivery, struct http_answer *answer, struct error *err)
{
	const struct registry_client_target target = { delivery->reference, "blobs", "uploads/" };
	const struct http_upload upload = begin_upload(delivery);
	struct http_request post = { .method = HTTP_POST };
	struct http_request put = { .method = HTTP_PUT, .upload = &upload };
	struct url from, to;
	int result = -1;

	registry_client_url(delivery->client, &target, &from);
	if (registry_client_ask(delivery->client, delivery->reference, ACTIONS, &from, &post,
				answer, err) < 0) {
		/* Some say so, others close the connection. */
		if (answer->status == 404 || err->status == STATUS_NETWORK)
			error_hint(err, "some registries want a repository to be made before the "
				   "first image is sent");
		goto out;
	}
	if (find_location(delivery, &from, answer->headers[HTTP_LOCATION], &to, err) < 0)
		goto out;
	put.most_private = answer->address;
	http_answer_free(answer);
	if (url_is_same_origin(&from, &to))
		result = registry_client_ask(delivery->client, delivery->reference, ACTIONS, &to,
					     &put, answer, err);
	else
		result = registry_client_ask_elsewhere(delivery->client, &to, &put, answer, err);
	url_free(&to);
out:
	url_free(&from);
	return result;
}

/* For registry_client_attempts. What an attempt before this one has sent may be there now. */
static int try_blob(void *context, struct http_answer *answer, struct error *err)
{
	struct delivery *delivery = context;
	struct http_request head = { .method = HTTP_HEAD };
	const int result = ask(delivery, "blobs", delivery->name, &head, answer, err);

	if (result == 0 && (answer->length == HTTP_UNKNOWN
			    || answer->length == delivery->upload->size)) {
		delivery->there = true;
		return 0;
	}
	/* No answer to HEAD has the registry's words, so it is asked for them by POST. */
	if (result < 0 && (answer->status == 0 || answer->transient))
		return -1;
	http_answer_free(answer);
	registry_client_phase(delivery->client, delivery->name, "push");
	registry_client_notify(delivery->client, EVENT_STARTED, delivery->name, 0,
			       delivery->upload->size);
	return send_blob(delivery, answer, err);
}

int upload_blob(struct registry_client *client, const struct reference *reference,
		const struct upload *upload, bool *there, struct error *err)
{
	char name[DIGEST_TEXT_BYTES];
	struct delivery delivery = {
		.client = client, .reference = reference, .upload = upload,
		.name = digest_write(&upload->digest, name),
	};
	const int result = registry_client_attempts(client, name, try_blob, &delivery, err);

	if (result == 0 && !delivery.there)
		registry_client_notify(client, EVENT_DONE, name, upload->size, upload->size);
	*there = delivery.there;
	return result;
}

/* ---- manifests ---- */

/* A registry that states another digest than the manifest has is not to be relied on. */
static int check_stated(const struct delivery *delivery, const char *stated, struct error *err)
{
	if (!stated || strncmp(stated, "sha256:", 7) != 0 || strcmp(stated, delivery->name) == 0)
		return 0;
	return error_set(err, STATUS_DIGEST, "cannot rely on '%s': the digest of what was sent is "
			 "%s, the registry says %.80s", delivery->reference->text, delivery->name,
			 stated);
}

static const char *manifest_name(const struct delivery *delivery)
{
	return delivery->tag ? delivery->tag : delivery->name;
}

/* Whether an answer is what registries give where a tag must not be moved. */
static bool is_tag_kept(const struct delivery *delivery, long status)
{
	const char *own = delivery->reference->tag;

	return own && delivery->tag && strcmp(delivery->tag, own) == 0
	       && (status == 400 || status == 405 || status == 409 || status == 412);
}

static int try_manifest(void *context, struct http_answer *answer, struct error *err)
{
	struct delivery *delivery = context;
	const struct http_upload upload = begin_upload(delivery);
	struct http_request put = { .method = HTTP_PUT, .upload = &upload };
	int result = ask(delivery, "manifests", manifest_name(delivery), &put, answer, err);

	if (result == 0)
		result = check_stated(delivery, answer->headers[HTTP_DOCKER_CONTENT_DIGEST], err);
	else if (is_tag_kept(delivery, answer->status))
		error_hint(err, "where a tag must not be moved, choose another one");
	delivery->linked = result == 0 && answer->headers[HTTP_OCI_SUBJECT];
	return result;
}

int upload_manifest(struct registry_client *client, const struct reference *reference,
		    const char *tag, const struct upload *upload, bool *linked, struct error *err)
{
	char name[DIGEST_TEXT_BYTES];
	struct delivery delivery = {
		.client = client, .reference = reference, .upload = upload, .tag = tag,
		.name = digest_write(&upload->digest, name),
	};
	const int result = registry_client_attempts(client, name, try_manifest, &delivery, err);

	*linked = delivery.linked;
	return result;
}

/* ---- what is there ---- */

/* A check of what a tag is. */
struct check {
	struct delivery delivery;
	bool stated;		/* the answer has the digest */
	bool absent;
	struct digest found;
};

static int try_check(void *context, struct http_answer *answer, struct error *err)
{
	struct check *check = context;
	const struct delivery *delivery = &check->delivery;
	struct http_request head = { .method = HTTP_HEAD, .accept = REGISTRY_CLIENT_TYPES };
	const int result = ask(delivery, "manifests", manifest_name(delivery), &head, answer, err);
	const char *stated;

	/* Whoever may not read asks for the registry's words with what follows. */
	check->absent = result < 0 && (answer->status == 404 || answer->status == 401
				       || answer->status == 403);
	stated = answer->headers[HTTP_DOCKER_CONTENT_DIGEST];
	check->stated = result == 0 && stated && !digest_parse(&check->found, stated);
	return result;
}

int upload_check(struct registry_client *client, const struct reference *reference,
		 const char *tag, const struct digest *digest, struct error *err)
{
	char name[DIGEST_TEXT_BYTES], *type = NULL;
	struct check check = { .delivery = {
		.client = client, .reference = reference, .tag = tag,
		.name = digest_write(digest, name),
	} };
	struct buffer bytes;
	int result = registry_client_attempts(client, name, try_check, &check, err);

	if (result < 0)
		return check.absent ? 0 : -1;
	if (!check.stated) {
		buffer_init(&bytes, LIMIT_INDEX_BYTES);
		/* By the digest as by a tag: the cache must not answer for the registry. */
		result = registry_client_manifest(client, reference, tag ? tag : name, NULL,
						  &bytes, &type, err);
		check.found = digest_of(bytes.bytes, bytes.length);
		free(type);
		buffer_free(&bytes);
	}
	return result < 0 ? -1 : digest_equal(&check.found, digest);
}
