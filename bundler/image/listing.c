/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and extends lists of referrers. */
#include "image/listing.h"

#include <string.h>

#include "image/document.h"

#define INDEX "application/vnd.oci.image.index.v1+json"
#define PREFIX "sha256-"
#define SUFFIX ".sig"

char *listing_tag(const struct digest *digest, char tag[LISTING_TAG_BYTES])
{
	memcpy(tag, PREFIX, strlen(PREFIX));
	digest_write_hex(digest, tag + strlen(PREFIX));
	return tag;
}

char *listing_signatures_tag(const struct digest *digest, char tag[LISTING_SIGNATURES_TAG_BYTES])
{
	listing_tag(digest, tag);
	memcpy(tag + strlen(tag), SUFFIX, sizeof SUFFIX);
	return tag;
}

bool listing_is_tag(const char *tag)
{
	struct digest unused;

	return strncmp(tag, PREFIX, strlen(PREFIX)) == 0
	       && digest_parse_hex(&unused, tag + strlen(PREFIX)) == 0;
}

json_t *listing_new(void)
{
	return json_pack("{s:i, s:s, s:[]}", "schemaVersion", 2, "mediaType", INDEX, "manifests");
}

/* Adds the entries of one page. */
static const char *parse_page(json_t *list, const char *bytes, size_t length)
{
	const struct buffer text = { .bytes = (char *)(uintptr_t)bytes, .length = length };
	struct document document;
	const char *fault = document_parse(&document, &text) ? "it is not strict JSON" : NULL;
	json_t *entries = json_object_get(document.root, "manifests");

	if (!fault && !json_is_array(entries))
		fault = "it is not an index";
	if (!fault)
		json_array_extend(json_object_get(list, "manifests"), entries);
	document_free(&document);
	return fault;
}

const char *listing_parse(json_t **list, const struct buffer *pages)
{
	const char *fault = NULL;

	*list = listing_new();
	for (size_t at = 0; at < pages->length && !fault;) {
		const char *page = pages->bytes + at;
		const size_t length = strnlen(page, pages->length - at);

		fault = parse_page(*list, page, length);
		at += length + 1;
	}
	if (fault)
		json_decref(*list);
	return fault;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text && *text ? text : NULL;
}

/* Whether a list has a manifest with this digest. */
static bool has(const json_t *list, const char *digest)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(list, "manifests"), i, entry) {
		const char *found = text_of(entry, "digest");

		if (found && strcmp(found, digest) == 0)
			return true;
	}
	return false;
}

bool listing_add(json_t *list, const json_t *manifest, const char *media_type, const char *digest,
		 uint64_t size)
{
	json_t *entries = json_object_get(list, "manifests"), *entry;
	const json_t *annotations = json_object_get(manifest, "annotations");
	const char *type = text_of(manifest, "artifactType");

	if (has(list, digest))
		return false;
	if (!type)
		type = text_of(json_object_get(manifest, "config"), "mediaType");
	entry = json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest, "size",
			  (json_int_t)size);
	if (type)
		json_object_set_new(entry, "artifactType", json_string(type));
	if (annotations)
		json_object_set_new(entry, "annotations", json_deep_copy(annotations));
	json_array_append_new(entries, entry);
	return true;
}

void listing_join(json_t *list, const json_t *other)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(other, "manifests"), i, entry) {
		const char *digest = text_of(entry, "digest");

		if (digest && !has(list, digest))
			json_array_append(json_object_get(list, "manifests"), entry);
	}
}
