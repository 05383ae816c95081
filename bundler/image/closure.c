/* SPDX-License-Identifier: Apache-2.0 */
/* Collects an image of a place, from its name to its layers. */
#include "image/closure.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "image/files.h"
#include "image/listing.h"

/* An entry of index.json. */
struct closure_entry {
	struct walk_entry entry;
	bool named;		/* by a tag or a name */
	bool beside;		/* a list of referrers, or in one: no image is meant by it */
	bool has_subject;
	struct digest subject;
};

static int refuse(const struct walk *walk, enum status status, const char *reason)
{
	return error_set(walk->err, status, "cannot copy '%s': %s", walk->place, reason);
}

static int take_fault(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		      const char *reason)
{
	static const char *const reasons[] = {
		[WALK_MISSING] = "is missing", [WALK_NO_FILE] = "is not a file",
		[WALK_LARGE] = "is too large for a document",
		[WALK_MISMATCH] = "has not the digest and the size of its descriptor",
		[WALK_DEEP] = "is in too many indexes",
	};
	const char *name = file->name ? file->name : "a file";

	/* Its bytes are elsewhere, and stay there. */
	if (fault == WALK_MISSING && file->descriptor && file->descriptor->media->foreign)
		return 0;
	if (fault == WALK_EXHAUSTED)
		return refuse(walk, STATUS_LIMIT, reason);
	if (fault == WALK_DESCRIPTOR)
		return error_set(walk->err, STATUS_ARCHIVE, "cannot copy '%s': a descriptor in "
				 "'%s': %s", walk->place, file->user, reason);
	return error_set(walk->err, fault == WALK_LARGE || fault == WALK_DEEP ? STATUS_LIMIT
			 : STATUS_ARCHIVE, "cannot copy '%s': '%s' %s", walk->place, name,
			 reason && fault != WALK_NO_FILE ? reason : reasons[fault]);
}

/* ---- items ---- */

/* Adds what was found, once. What is foreign may be missing. */
static void add(struct closure *closure, const struct image_file *file, bool document,
		const char *platform)
{
	size_t total;
	const struct files_entry *entries = files_entries(closure->walk.files, &total);
	bool *taken = file->entry ? &closure->taken[file->entry->file - entries] : NULL;

	if (!taken || *taken)
		return;
	*taken = true;
	closure->items[closure->count++] = (struct closure_item){
		.descriptor = {
			.digest = file->descriptor->digest, .size = file->descriptor->size,
			.media = file->descriptor->media,
			.media_type = pool_string(&closure->pool, file->descriptor->media_type),
		},
		.entry = file->entry, .document = document,
		.platform = platform ? pool_string(&closure->pool, platform) : NULL,
	};
}

/* Notes what the manifest refers to that was just added. */
static void note_subject(struct closure *closure, const struct image *image)
{
	const json_t *json = image->manifest_fields->subject;
	const struct descriptor subject = descriptor_read(json);
	struct closure_item *item = &closure->items[closure->count - 1];

	item->referrer = json && !subject.fault;
	item->subject = subject.digest;
}

/* Registries take a document for what they are told it is. */
static int check_document(const struct walk *walk, const struct image_document *document)
{
	const json_t *root = document->json.root;
	const char *own = json_string_value(json_object_get(root, "mediaType"));

	if (own && strcmp(own, document->file.descriptor->media_type) != 0)
		return refuse(walk, STATUS_ARCHIVE, "the media type of a manifest is not that of "
			      "its descriptor");
	if (json_object_get(root, "manifests")
	    && (json_object_get(root, "layers") || json_object_get(root, "config")))
		return refuse(walk, STATUS_ARCHIVE, "a manifest is also an index");
	return 0;
}

/* ---- the walk ---- */

static void set_top(struct closure *closure, const struct walk_entry *entry)
{
	json_decref(closure->descriptor);
	closure->descriptor = json_deep_copy(entry->json);
}

static int take_index(struct closure *closure, const struct walk_entry *entry)
{
	struct image_document index;
	int result = walk_index(&closure->walk, entry, &index);

	if (result > 0)
		result = check_document(&closure->walk, &index);
	if (result == 0 && !closure->platform)
		add(closure, &index.file, true, NULL);
	document_free(&index.json);
	return result;
}

/* Whether an image is for the platform that is wanted: 1, 0 or -1. */
static int is_wanted(struct closure *closure, struct image *image)
{
	if (!closure->platform)
		return 1;
	if (!image->platform && walk_config(&closure->walk, image) < 0)
		return -1;
	return image->platform && strcmp(image->platform, closure->platform->name) == 0;
}

static int take_image(struct closure *closure, const struct walk_entry *entry)
{
	struct walk *walk = &closure->walk;
	struct image image;
	int result = walk_image(walk, entry, &image);

	if (result > 0)
		result = is_wanted(closure, &image);
	if (result > 0 && closure->platform && closure->count > 0)
		result = error_set(walk->err, STATUS_ARCHIVE, "cannot copy '%s': it has several "
				   "images for '%s'", walk->place, closure->platform->name);
	if (result > 0 && walk_find(walk, &image.config.file) < 0)
		result = -1;
	if (result > 0)
		result = check_document(walk, &image.manifest) < 0 ? -1 : 1;
	if (result > 0) {
		add(closure, &image.config.file, false, NULL);
		for (size_t i = 0; i < image.layer_count; i++)
			add(closure, &image.layers[i].file, false, NULL);
		add(closure, &image.manifest.file, true, image.platform);
		note_subject(closure, &image);
		if (closure->platform)
			set_top(closure, entry);
	}
	image_free(&image);
	return result < 0 ? -1 : 0;
}

static int follow(struct closure *closure, const struct walk_entry *entry)
{
	const enum media_kind kind = entry->descriptor->media->kind;

	if (entry->descriptor->fault)
		return error_set(closure->walk.err, STATUS_ARCHIVE, "cannot copy '%s': a "
				 "descriptor in '%s': %s", closure->walk.place, entry->user,
				 entry->descriptor->fault);
	if (kind != MEDIA_INDEX && kind != MEDIA_MANIFEST)
		return error_set(closure->walk.err, STATUS_ARCHIVE, "cannot copy '%s': media type "
				 "'%s' is not that of an image", closure->walk.place,
				 entry->descriptor->media_type);
	return kind == MEDIA_INDEX ? take_index(closure, entry) : take_image(closure, entry);
}

/* Notes the entries of a list of referrers, as if index.json had them. */
static int take_list(struct closure *closure, const struct walk_entry *entry)
{
	struct image_document *list = pool_new(&closure->pool, 1, sizeof *list);
	int result;

	closure->lists = memory_resize(closure->lists, closure->list_count + 1,
				       sizeof(struct image_document *));
	closure->lists[closure->list_count++] = list;
	closure->listing = true;
	result = walk_index(&closure->walk, entry, list);
	closure->listing = false;
	return result < 0 ? -1 : 0;
}

/* Notes an entry of index.json; follows those of other indexes. */
static int take_entry(struct walk *walk, const struct walk_entry *entry)
{
	struct closure *closure = walk->context;
	const struct descriptor *descriptor = entry->descriptor;
	const bool is_list = entry->depth == 0 && descriptor->media->kind == MEDIA_INDEX
			     && descriptor->reference && listing_is_tag(descriptor->reference);

	if (entry->depth > 0 && !closure->listing)
		return follow(closure, entry);
	closure->entries = memory_resize(closure->entries, closure->entry_count + 1,
					 sizeof *closure->entries);
	closure->entries[closure->entry_count++] = (struct closure_entry){
		.entry = *entry, .named = descriptor->reference || descriptor->name,
		.beside = is_list || closure->listing,
	};
	return is_list && closure->referrers ? take_list(closure, entry) : 0;
}

/* ---- choosing ---- */

/* Reads what a manifest without a name refers to. */
static int find_subject(struct closure *closure, struct closure_entry *entry)
{
	struct descriptor subject;
	struct image image;
	int result;

	if ((entry->named && !entry->beside)
	    || entry->entry.descriptor->media->kind != MEDIA_MANIFEST)
		return 0;
	result = walk_image(&closure->walk, &entry->entry, &image);
	if (result > 0 && image.manifest_fields->subject) {
		subject = descriptor_read(image.manifest_fields->subject);
		entry->has_subject = !subject.fault;
		entry->subject = subject.digest;
	}
	image_free(&image);
	return result < 0 ? -1 : 0;
}

/* The one entry that has the tag or, without a tag, is no referrer; or NULL. */
static struct closure_entry *choose(struct closure *closure, const struct location *place)
{
	const char *tag = place->tag;
	struct closure_entry *chosen = NULL;
	size_t count = 0;

	/* What a reference leads to is first. */
	if (place->kind == LOCATION_REGISTRY && closure->entry_count > 0)
		return &closure->entries[0];
	for (size_t i = 0; i < closure->entry_count; i++) {
		struct closure_entry *entry = &closure->entries[i];

		if (tag ? entry->entry.depth == 0
			  && descriptor_is_named(entry->entry.descriptor, tag)
			: closure->entry_count == 1 || (!entry->has_subject && !entry->beside)) {
			chosen = entry;
			count++;
		}
	}
	if (count == 1)
		return chosen;
	if (count > 1 && tag)
		refuse(&closure->walk, STATUS_ARCHIVE, "several images have this tag");
	else if (count > 1 && refuse(&closure->walk, STATUS_USAGE, "it has several images"))
		error_hint(closure->walk.err, "name one, as in oci:DIR:TAG");
	else if (tag)
		error_set(closure->walk.err, STATUS_ARCHIVE, "cannot copy '%s': it has no image "
			  "with the %s '%s'", closure->walk.place,
			  strchr(tag, ':') ? "name" : "tag", tag);
	else
		refuse(&closure->walk, STATUS_ARCHIVE, "it has no image");
	return NULL;
}

static bool has_document(const struct closure *closure, const struct digest *digest)
{
	for (size_t i = 0; i < closure->count; i++)
		if (closure->items[i].document
		    && digest_equal(&closure->items[i].descriptor.digest, digest))
			return true;
	return false;
}

/* Until there is nothing more that refers to something that is there. */
static int take_referrers(struct closure *closure)
{
	size_t before;

	do {
		before = closure->count;
		for (size_t i = 0; i < closure->entry_count; i++) {
			struct closure_entry *entry = &closure->entries[i];

			if (!entry->has_subject || !has_document(closure, &entry->subject))
				continue;
			entry->has_subject = false;
			if (follow(closure, &entry->entry) < 0)
				return -1;
		}
	} while (closure->count > before);
	return 0;
}

int closure_open(struct closure *closure, const struct location *place,
		 const struct platform *platform, bool referrers, struct error *err)
{
	static const struct walk_visitor visitor = { .fault = take_fault, .entry = take_entry };
	struct walk *walk = &closure->walk;
	struct closure_entry *chosen;
	size_t total;

	*closure = (struct closure){ .platform = platform, .referrers = referrers };
	if (walk_open(walk, place, &visitor, closure, err) < 0)
		return -1;
	walk->documents = LIMIT_DOCUMENTS_BYTES;
	if (!files_find(walk->files, "index.json"))
		return refuse(walk, STATUS_ARCHIVE, "it has no index.json, so no manifest whose "
			      "digest could be kept");
	files_entries(walk->files, &total);
	closure->items = memory_new(total, sizeof *closure->items);
	closure->taken = memory_new(total, sizeof *closure->taken);
	if (walk_table(walk, IMAGE_INDEX_FILE, &closure->index) < 0
	    || walk_entries(walk, &closure->index, 0) < 0)
		return -1;
	for (size_t i = 0; i < closure->entry_count && closure->entry_count > 1; i++)
		if (find_subject(closure, &closure->entries[i]) < 0)
			return -1;
	chosen = choose(closure, place);
	if (!chosen)
		return -1;
	set_top(closure, &chosen->entry);
	if (follow(closure, &chosen->entry) < 0)
		return -1;
	if (closure->count == 0)
		return error_set(err, STATUS_ARCHIVE, "cannot copy '%s': it has no image for '%s'",
				 place->path, platform->name);
	closure->top = closure->count - 1;
	closure->platform = NULL;
	return referrers ? take_referrers(closure) : 0;
}

void closure_close(struct closure *closure)
{
	json_decref(closure->descriptor);
	for (size_t i = 0; i < closure->list_count; i++)
		document_free(&closure->lists[i]->json);
	free(closure->lists);
	document_free(&closure->index.json);
	walk_close(&closure->walk);
	free(closure->entries);
	free(closure->items);
	free(closure->taken);
	pool_free(&closure->pool);
}

int closure_read(const struct closure *closure, const struct closure_item *item,
		 struct document *document, struct error *err)
{
	struct digest found;
	struct buffer text;
	int result;

	*document = (struct document){ .root = NULL };
	buffer_init(&text, LIMIT_INDEX_BYTES);
	result = files_read(closure->walk.files, item->entry, &text, err);
	if (result == 0) {
		found = digest_of(text.bytes, text.length);
		if (!digest_equal(&found, &item->descriptor.digest)
		    || document_parse(document, &text))
			result = error_set(err, STATUS_DIGEST, "cannot copy '%s': '%s' has "
					   "changed meanwhile", closure->walk.place,
					   item->entry->name);
	}
	buffer_free(&text);
	return result;
}
