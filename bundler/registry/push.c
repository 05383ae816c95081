/* SPDX-License-Identifier: Apache-2.0 */
/* Sends an image to a registry, piece by piece, in the order that registries want. */
#include "registry/push.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "image/files.h"
#include "image/listing.h"

struct pusher {
	const struct closure *closure;
	const struct reference *reference;
	const struct push_peer *peer;
	int scratch;
	struct push_result *result;
	struct error *err;
};

/* ---- items ---- */

/* Opens what an item of the closure has for the peer. */
static int open_item(const struct pusher *pusher, const struct closure_item *from,
		     enum push_kind kind, struct push_item *item)
{
	struct files_reader reader;

	if (files_reader_open(&reader, pusher->closure->walk.files, from->entry, pusher->err) < 0)
		return -1;
	*item = (struct push_item){
		.kind = kind, .digest = from->descriptor.digest, .fd = reader.fd,
		.offset = reader.offset, .size = reader.size,
	};
	snprintf(item->type, sizeof item->type, "%s", from->descriptor.media_type);
	return 0;
}

/* Opens count of them, and sends and closes them. */
static int send_items(const struct pusher *pusher, const struct closure_item *const *from,
		      size_t count, enum push_kind kind, struct push_item *items)
{
	const struct push_peer *peer = pusher->peer;
	size_t opened = 0;
	int result = 0;

	while (opened < count && result == 0) {
		result = open_item(pusher, from[opened], kind, &items[opened]);
		opened += result == 0;
	}
	if (result == 0 && count > 0)
		result = peer->send(peer->context, items, count, pusher->err);
	while (opened > 0)
		close(items[--opened].fd);
	return result;
}

/* ---- blobs ---- */

static void count_blobs(struct push_result *result, const struct push_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		*(items[i].there ? &result->there : &result->sent) += 1;
		*(items[i].there ? &result->there_bytes : &result->sent_bytes) += items[i].size;
	}
}

static int send_blobs(const struct pusher *pusher)
{
	const struct closure *closure = pusher->closure;
	const struct closure_item *blobs[PULL_ITEMS];
	struct push_item items[PULL_ITEMS];
	size_t count = 0;

	for (size_t i = 0; i < closure->count; i++) {
		if (!closure->items[i].document)
			blobs[count++] = &closure->items[i];
		if (count < PULL_ITEMS && i + 1 < closure->count)
			continue;
		if (send_items(pusher, blobs, count, PUSH_BLOB, items) < 0)
			return -1;
		count_blobs(pusher->result, items, count);
		count = 0;
	}
	return 0;
}

/* ---- lists of referrers, and of signatures ---- */

/* Both are documents that get one more entry; a list is of its own kind, and has its own tag. */
struct kept_list {
	enum pull_kind pull;
	enum push_kind push;
	const char *media_type, *what;
};

static const struct kept_list referrers = {
	PULL_LIST, PUSH_REFERRERS, "application/vnd.oci.image.index.v1+json", "referrer",
};
static const struct kept_list signatures = {
	PULL_SIGNATURES, PUSH_SIGNATURES, "application/vnd.oci.image.manifest.v1+json",
	"signature",
};

static int refuse_list(const struct pusher *pusher, const struct kept_list *kind,
		       const char *reason)
{
	error_set(pusher->err, STATUS_REGISTRY, "cannot list a %s in '%s': the list that is "
		  "there cannot be used: %s", kind->what, pusher->reference->text, reason);
	return error_hint(pusher->err, "the image is there, but who looks for what refers to it "
			  "does not find this");
}

/* cosign's signatures that are there; *manifest is NULL if there are none. */
static const char *parse_signatures(json_t **manifest, const struct buffer *text)
{
	struct document document;
	const char *fault;

	if (text->length == 0)
		return NULL;
	fault = document_parse(&document, text);
	if (!fault && !json_is_array(json_object_get(document.root, "layers")))
		fault = "it has no layers";
	if (!fault)
		*manifest = json_incref(document.root);
	document_free(&document);
	return fault;
}

/* The list that is there, or an empty one, or no signatures. */
static int fetch_list(const struct pusher *pusher, const struct kept_list *kind,
		      const struct digest *subject, json_t **list)
{
	struct pull_item item = { .kind = kind->pull, .digest = *subject, .fd = -1 };
	const char *fault;
	struct buffer text;
	int result;

	*list = NULL;
	if (pusher->peer->fetch(pusher->peer->context, &item, 1, pusher->err) < 0)
		return -1;
	buffer_init(&text, LIMIT_INDEX_BYTES);
	lseek(item.fd, 0, SEEK_SET);
	result = file_read_open(&text, item.fd, "a list of referrers", pusher->err);
	if (result == 0) {
		fault = text.length > 0 && strcmp(item.type, kind->media_type) != 0
			? kind->pull == PULL_LIST ? "it is not an index" : "it is not a manifest"
			: kind->pull == PULL_LIST ? listing_parse(list, &text)
						  : parse_signatures(list, &text);
		if (fault) {
			*list = NULL;
			result = refuse_list(pusher, kind, fault);
		}
	}
	buffer_free(&text);
	close(item.fd);
	return result;
}

static int send_list(const struct pusher *pusher, const struct kept_list *kind,
		     const json_t *list, const struct digest *subject)
{
	char *text = json_dumps(list, JSON_COMPACT);
	struct push_item item = {
		.kind = kind->push, .subject = *subject, .size = strlen(text),
		.fd = file_open_unnamed(pusher->scratch),
	};
	int result = -1;

	snprintf(item.type, sizeof item.type, "%s", kind->media_type);
	item.digest = digest_of(text, item.size);
	if (item.size > LIMIT_INDEX_BYTES)
		refuse_list(pusher, kind, "it is too long");
	else if (item.fd < 0 || file_write_all(item.fd, text, item.size) < 0)
		error_errno(pusher->err, STATUS_FILE, "cannot keep a list of referrers");
	else
		result = pusher->peer->send(pusher->peer->context, &item, 1, pusher->err);
	if (item.fd >= 0)
		close(item.fd);
	free(text);
	return result;
}

/* For a registry that does not do it itself. */
static int list_referrer(const struct pusher *pusher, const struct closure_item *item,
			 const json_t *manifest)
{
	char digest[DIGEST_TEXT_BYTES];
	json_t *list;
	int result = fetch_list(pusher, &referrers, &item->subject, &list);

	if (result == 0 && listing_add(list, manifest, item->descriptor.media_type,
				       digest_write(&item->descriptor.digest, digest),
				       item->descriptor.size))
		result = send_list(pusher, &referrers, list, &item->subject);
	json_decref(list);
	return result;
}

/* Adds a signature of cosign's to those that are there, of other keys perhaps. */
static int list_signature(const struct pusher *pusher, const struct closure_item *item,
			  const json_t *manifest)
{
	json_t *layer = json_array_get(json_object_get(manifest, "layers"), 0), *layers, *list;
	bool there = false;
	size_t i;
	json_t *other;
	int result = fetch_list(pusher, &signatures, &item->subject, &list);

	if (result == 0 && !list)
		list = json_pack("{s:i, s:s, s:O, s:[]}", "schemaVersion", 2,
				 "mediaType", signatures.media_type,
				 "config", json_object_get(manifest, "config"), "layers");
	layers = json_object_get(list, "layers");
	json_array_foreach(layers, i, other)
		there = there || json_equal(layer, other);
	if (result == 0 && !there) {
		json_array_append(layers, layer);
		result = send_list(pusher, &signatures, list, &item->subject);
	}
	json_decref(list);
	return result;
}

/* What refers to another document, once it was sent; linked if the registry has listed it. */
static int list(const struct pusher *pusher, const struct closure_item *item, bool linked)
{
	struct document manifest;
	const char *type;
	int result = closure_read(pusher->closure, item, &manifest, pusher->err);

	if (result == 0 && !linked)
		result = list_referrer(pusher, item, manifest.root);
	type = json_string_value(json_object_get(manifest.root, "artifactType"));
	if (result == 0 && type && strcmp(type, LISTING_SIGNATURE) == 0)
		result = list_signature(pusher, item, manifest.root);
	document_free(&manifest);
	return result;
}

/* ---- manifests ---- */

/* Sends documents that do not need each other. */
static int send_documents(const struct pusher *pusher, const struct closure_item *const *documents,
			  size_t count, enum push_kind kind)
{
	struct push_item items[PULL_ITEMS];
	int result = send_items(pusher, documents, count, kind, items);

	for (size_t i = 0; i < count && result == 0; i++)
		if (documents[i]->referrer)
			result = list(pusher, documents[i], items[i].linked);
	return result;
}

/* All but the top; an index after the manifests that it needs. */
static int send_manifests(const struct pusher *pusher)
{
	const struct closure *closure = pusher->closure;
	const struct closure_item *documents[PULL_ITEMS];
	enum media_kind kind = MEDIA_MANIFEST;
	size_t count = 0;

	for (size_t i = 0; i < closure->count; i++) {
		const struct closure_item *item = &closure->items[i];

		if (!item->document || i == closure->top)
			continue;
		if (count == PULL_ITEMS || kind != MEDIA_MANIFEST
		    || item->descriptor.media->kind != kind) {
			if (send_documents(pusher, documents, count, PUSH_MANIFEST) < 0)
				return -1;
			count = 0;
		}
		documents[count++] = item;
		kind = item->descriptor.media->kind;
	}
	return send_documents(pusher, documents, count, PUSH_MANIFEST);
}

/* Whether the reference leads to the image: 1, 0 or -1. */
static int check(const struct pusher *pusher)
{
	struct push_item item = {
		.kind = PUSH_CHECK, .fd = -1,
		.digest = pusher->closure->items[pusher->closure->top].descriptor.digest,
	};

	return pusher->peer->send(pusher->peer->context, &item, 1, pusher->err) < 0
	       ? -1 : item.there;
}

static int check_digest(const struct pusher *pusher, const struct closure_item *top)
{
	char wanted[DIGEST_TEXT_BYTES], found[DIGEST_TEXT_BYTES];

	if (!pusher->reference->has_digest
	    || digest_equal(&pusher->reference->digest, &top->descriptor.digest))
		return 0;
	return error_set(pusher->err, STATUS_DIGEST, "cannot send the image as '%s': its digest is "
			 "%s, not %s", pusher->reference->text,
			 digest_write(&top->descriptor.digest, found),
			 digest_write(&pusher->reference->digest, wanted));
}

int push_image(const struct closure *closure, const struct reference *reference,
	       const struct push_peer *peer, int scratch, struct push_result *result,
	       struct error *err)
{
	const struct pusher pusher = {
		.closure = closure, .reference = reference, .peer = peer, .scratch = scratch,
		.result = result, .err = err,
	};
	const struct closure_item *top = &closure->items[closure->top];
	int there;

	*result = (struct push_result){ .digest = top->descriptor.digest };
	if (check_digest(&pusher, top) < 0)
		return -1;
	there = check(&pusher);
	if (there < 0 || send_blobs(&pusher) < 0 || send_manifests(&pusher) < 0)
		return -1;
	/* Where tags must not be moved, not even to where they are, this one need not be. */
	if (there > 0)
		return 0;
	if (send_documents(&pusher, &top, 1, reference->tag ? PUSH_NAMED : PUSH_MANIFEST) < 0)
		return -1;
	there = check(&pusher);
	if (there == 0)
		return error_set(err, STATUS_REGISTRY, "cannot rely on '%s': the registry took the "
				 "image, and does not show it there", reference->text);
	return there < 0 ? -1 : 0;
}
