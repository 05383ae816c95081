/* SPDX-License-Identifier: Apache-2.0 */
/* Copies an image blob by blob into a layout. */
#include "build/replica.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/content.h"
#include "base/interrupt.h"
#include "base/platform.h"
#include "image/files.h"
#include "image/listing.h"

#define CHUNK_BYTES 65536
#define BLOBS "blobs/sha256/"

/* Copies the bytes of a blob from where they are. */
static int read_blob(const struct closure *closure, const struct closure_item *item,
		     int directory, struct content *content, struct error *err)
{
	struct content_writer writer;
	struct files_reader reader;
	char chunk[CHUNK_BYTES];
	uint64_t offset = 0;
	int result = 0;
	ssize_t got;

	if (files_reader_open(&reader, closure->walk.files, item->entry, err) < 0)
		return -1;
	content_begin(&writer, directory);
	while (result == 0
	       && (got = files_reader_read(&reader, chunk, sizeof chunk, offset)) != 0) {
		offset += (uint64_t)got;
		if (got < 0 || content_add(&writer, chunk, (size_t)got) < 0)
			result = error_errno(err, STATUS_FILE, "cannot copy '%s' of '%s'",
					     item->entry->name, closure->walk.place);
		else
			result = interrupt_check(err);
	}
	if (result == 0 && content_end(&writer, content) < 0)
		result = error_errno(err, STATUS_FILE, "cannot copy '%s' of '%s'",
				     item->entry->name, closure->walk.place);
	content_abandon(&writer);
	files_reader_close(&reader);
	return result;
}

static int add_blob(struct tree *tree, const struct closure *closure,
		    const struct closure_item *item, int directory, struct error *err)
{
	struct content content;

	if (read_blob(closure, item, directory, &content, err) < 0)
		return -1;
	if (digest_equal(&content.digest, &item->descriptor.digest))
		return oci_layout_add(tree, &content, err);
	content_free(&content);
	return error_set(err, STATUS_DIGEST, "cannot copy '%s': the bytes of '%s' have another "
			 "digest", closure->walk.place, item->entry->name);
}

/* ---- docker's table ---- */

/* "blobs/sha256/..." of a descriptor in a document. */
static json_t *describe_path(const json_t *json)
{
	const struct descriptor descriptor = descriptor_read(json);
	char hex[DIGEST_HEX_BYTES];

	return json_sprintf(BLOBS "%s", digest_write_hex(&descriptor.digest, hex));
}

/* What docker load needs of an image. Of several, the platform is a part of the name. */
static json_t *describe_docker(const json_t *manifest, const char *platform_name,
			       const struct oci_style *style)
{
	const json_t *layers = json_object_get(manifest, "layers");
	const struct platform *platform;
	json_t *paths = json_array();
	struct error unused;

	platform = platform_name ? platform_find(platform_name, &unused) : NULL;
	for (size_t i = 0; i < json_array_size(layers); i++)
		json_array_append_new(paths, describe_path(json_array_get(layers, i)));
	return json_pack("{s:o, s:[o], s:o}",
			 "Config", describe_path(json_object_get(manifest, "config")),
			 "RepoTags", json_sprintf("%s:%s%s", style->name, style->tag, platform
						  ? strchr(platform->directory, '-') : ""),
			 "Layers", paths);
}

/* Whether engines could run it: what has no platform, such as a signature, is not for them. */
static bool is_image(const struct closure *closure, size_t number)
{
	const struct closure_item *item = &closure->items[number];

	return item->document && item->descriptor.media->kind == MEDIA_MANIFEST
	       && number <= closure->top
	       && (!item->platform || strcmp(item->platform, "unknown/unknown") != 0);
}

static int add_docker(struct tree *tree, const struct closure *closure,
		      const struct oci_style *style, struct error *err)
{
	json_t *table = json_array();
	struct document manifest;
	size_t count = 0;
	int result = 0;
	char *text;

	for (size_t i = 0; i < closure->count; i++)
		count += is_image(closure, i);
	for (size_t i = 0; i < closure->count && result == 0; i++) {
		const struct closure_item *item = &closure->items[i];

		if (!is_image(closure, i))
			continue;
		result = closure_read(closure, item, &manifest, err);
		json_array_append_new(table, describe_docker(manifest.root, count > 1
							     ? item->platform : NULL, style));
		document_free(&manifest);
	}
	text = json_dumps(table, JSON_COMPACT);
	if (result == 0)
		result = tree_add_file(tree, "/manifest.json", 0644, 0, 0,
				       content_of(text, strlen(text)), err);
	free(text);
	json_decref(table);
	return result;
}

/* ---- the layout ---- */

/* Adds a manifest to the list of what refers to its subject. */
static int list_referrer(const struct closure *closure, const struct closure_item *item,
			 json_t *lists, struct error *err)
{
	char tag[LISTING_TAG_BYTES], digest[DIGEST_TEXT_BYTES];
	struct document manifest;
	int result = closure_read(closure, item, &manifest, err);

	listing_tag(&item->subject, tag);
	if (!json_object_get(lists, tag))
		json_object_set_new(lists, tag, listing_new());
	if (result == 0)
		listing_add(json_object_get(lists, tag), manifest.root,
			    item->descriptor.media_type,
			    digest_write(&item->descriptor.digest, digest),
			    item->descriptor.size);
	document_free(&manifest);
	return result;
}

/* Adds what is new beside the image. Its blobs are taken over. */
static int add_beside(struct tree *tree, json_t *lists, struct oci_beside *beside,
		      struct error *err)
{
	const char *tag;
	json_t *list;

	json_object_foreach(beside->lists, tag, list) {
		if (!json_object_get(lists, tag))
			json_object_set_new(lists, tag, listing_new());
		listing_join(json_object_get(lists, tag), list);
	}
	for (size_t i = 0; i < beside->blob_count; i++)
		if (oci_layout_add(tree, &beside->blobs[i], err) < 0)
			return -1;
	return 0;
}

int replica_fill(struct tree *tree, const struct closure *closure, const struct oci_style *style,
		 int directory, struct error *err)
{
	json_t *lists = json_object();
	int result = 0;

	for (size_t i = closure->top + 1; i < closure->count && result == 0; i++)
		if (closure->items[i].referrer)
			result = list_referrer(closure, &closure->items[i], lists, err);
	if (result == 0 && style->beside)
		result = add_beside(tree, lists, style->beside, err);
	if (result == 0)
		result = oci_layout_tables(tree, json_deep_copy(closure->descriptor), lists, style,
					   err);
	if (result == 0 && style->docker && style->name)
		result = add_docker(tree, closure, style, err);
	for (size_t i = 0; i < closure->count && result == 0; i++)
		result = add_blob(tree, closure, &closure->items[i], directory, err);
	json_decref(lists);
	return result;
}
