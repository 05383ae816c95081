/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the references in an image place. */
#include "image/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"

#define CHUNK 65536
#define BLOBS "blobs/sha256/"

int walk_open(struct walk *walk, const struct location *place, const struct walk_visitor *visitor,
	      void *context, struct error *err)
{
	size_t count;

	*walk = (struct walk){
		.place = place->path, .visitor = visitor, .context = context, .err = err,
		.values = UINT64_MAX,
	};
	if (files_open(&walk->files, place, err) < 0) {
		walk->files = NULL;
		return -1;
	}
	files_entries(walk->files, &count);
	walk->states = memory_new(count, sizeof *walk->states);
	return 0;
}

void walk_close(struct walk *walk)
{
	if (walk->files)
		files_close(walk->files);
	free(walk->states);
}

uint64_t walk_stored_bytes(const struct walk *walk)
{
	size_t count;
	const struct files_entry *entries = files_entries(walk->files, &count);
	uint64_t stored = 0;

	for (size_t i = 0; i < count; i++)
		if (entries[i].type == FILES_FILE
		    && __builtin_add_overflow(stored, entries[i].size, &stored))
			return UINT64_MAX;
	return stored;
}

/* ---- files ---- */

struct walk_state *walk_state(const struct walk *walk, const struct files_entry *entry)
{
	size_t count;

	return &walk->states[entry - files_entries(walk->files, &count)];
}

void walk_use(struct walk *walk, const struct files_entry *entry)
{
	walk_state(walk, entry)->used = true;
	if (entry->file)
		walk_state(walk, entry->file)->used = true;
}

static int report(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		  const char *reason)
{
	/* Without one of these, or a descriptor, what is below is not known. */
	if (fault == WALK_DESCRIPTOR
	    || (fault != WALK_MISMATCH
		&& (file->role == IMAGE_INDEX_FILE || file->role == IMAGE_DOCKER
		    || file->role == IMAGE_INDEX || file->role == IMAGE_MANIFEST)))
		walk->lost = true;
	return walk->visitor->fault(walk, fault, file, reason) < 0 ? -1 : 0;
}

int walk_find(struct walk *walk, struct image_file *file)
{
	const struct descriptor *descriptor = file->descriptor;
	char name[sizeof BLOBS + DIGEST_HEX_BYTES] = BLOBS;
	const struct files_entry *entry;
	struct image_file named = *file;

	file->entry = NULL;
	if (descriptor && descriptor->fault)
		return report(walk, WALK_DESCRIPTOR, file, descriptor->fault);
	if (descriptor) {
		digest_write_hex(&descriptor->digest, name + strlen(BLOBS));
		named.name = name;
	}
	entry = files_find(walk->files, named.name);
	if (!entry)
		return report(walk, WALK_MISSING, &named, NULL);
	file->name = entry->name;
	walk_use(walk, entry);
	if (!entry->file)
		return report(walk, WALK_NO_FILE, file, entry->fault);
	file->entry = entry;
	return 1;
}

/* Compares a file that is hashed with its descriptor, if there is one. */
static int compare(struct walk *walk, const struct image_file *file)
{
	const struct descriptor *descriptor = file->descriptor;

	if (!descriptor
	    || (file->entry->size == descriptor->size
		&& digest_equal(&walk_state(walk, file->entry->file)->digest, &descriptor->digest)))
		return 0;
	return report(walk, WALK_MISMATCH, file, NULL);
}

int walk_note(struct walk *walk, const struct image_file *file, const struct digest *digest)
{
	struct walk_state *state = walk_state(walk, file->entry->file);

	state->hashed = true;
	state->digest = *digest;
	return compare(walk, file);
}

int walk_spend(struct walk *walk, const struct image_file *file)
{
	/* One that is sparse has more bytes than any disk. */
	if (file->entry->size > walk->stored)
		return report(walk, WALK_EXHAUSTED, file, "its files are too large together");
	walk->stored -= file->entry->size;
	return 0;
}

int walk_hash(struct walk *walk, const struct image_file *file)
{
	struct digest_state hash;
	struct digest digest;
	struct files_reader reader;
	char chunk[CHUNK];
	ssize_t got;

	if (walk_state(walk, file->entry->file)->hashed)
		return compare(walk, file);
	if (walk_spend(walk, file) < 0
	    || files_reader_open(&reader, walk->files, file->entry, walk->err) < 0)
		return -1;
	digest_init(&hash);
	while ((got = files_reader_read(&reader, chunk, sizeof chunk, hash.length)) > 0
	       && interrupt_check(walk->err) == 0)
		digest_add(&hash, chunk, (size_t)got);
	if (got < 0)
		error_errno(walk->err, STATUS_FILE, "cannot read '%s' in '%s'", file->name,
			    walk->place);
	files_reader_close(&reader);
	digest = digest_read(&hash);
	return got == 0 ? walk_note(walk, file, &digest) : -1;
}

/* ---- documents ---- */

int walk_read(struct walk *walk, struct image_document *document)
{
	struct image_file *file = &document->file;
	struct buffer text;
	int result = walk_find(walk, file);

	document->fault = "it is not there";
	if (result <= 0)
		return result;
	if (file->entry->file->fd < 0) {
		/* In a registry, and for a platform that is not wanted: of a manifest no fault. */
		document->fault = "it was not fetched";
		return file->role == IMAGE_MANIFEST
		       ? 0 : report(walk, WALK_NO_FILE, file, document->fault);
	}
	if (file->entry->size > LIMIT_INDEX_BYTES)
		return report(walk, WALK_LARGE, file, NULL) < 0 ? -1 : walk_hash(walk, file);
	if (file->entry->size > walk->documents)
		return report(walk, WALK_EXHAUSTED, file,
			      "its JSON documents are too large together");
	walk->documents -= file->entry->size;
	buffer_init(&text, LIMIT_INDEX_BYTES);
	result = files_read(walk->files, file->entry, &text, walk->err);
	if (result == 0) {
		document->digest = digest_of(text.bytes, text.length);
		document->fault = document_parse(&document->json, &text);
		result = walk_note(walk, file, &document->digest);
	}
	buffer_free(&text);
	if (result == 0 && document->fault)
		return report(walk, WALK_NOT_JSON, file, document->fault);
	if (result == 0 && document->json.values > walk->values)
		return report(walk, WALK_EXHAUSTED, file,
			      "its JSON documents have too many values together");
	walk->values -= document->json.values;
	if (result == 0 && walk->visitor->document)
		walk->visitor->document(walk, document);
	return result < 0 ? -1 : 1;
}

int walk_table(struct walk *walk, enum image_role role, struct image_document *document)
{
	static const char *const names[] = {
		[IMAGE_LAYOUT] = "oci-layout", [IMAGE_INDEX_FILE] = "index.json",
		[IMAGE_DOCKER] = "manifest.json", [IMAGE_REPOSITORIES] = "repositories",
	};

	*document = (struct image_document){ .file = { .role = role, .name = names[role] } };
	return walk_read(walk, document);
}

/* ---- references ---- */

int walk_entries(struct walk *walk, struct image_document *index, unsigned depth)
{
	const json_t *manifests = json_object_get(index->json.root, "manifests");
	struct image_index entries;
	int result = 0;

	document_index(&index->json, &entries);
	for (size_t i = 0; i < entries.count && result == 0; i++) {
		const struct walk_entry entry = {
			.descriptor = &entries.manifests[i], .json = json_array_get(manifests, i),
			.user = index->file.name, .number = i, .depth = depth,
		};

		result = walk->visitor->entry(walk, &entry);
	}
	return result;
}

int walk_index(struct walk *walk, const struct walk_entry *entry, struct image_document *index)
{
	int result;

	*index = (struct image_document){ .file = {
		.role = IMAGE_INDEX, .user = entry->user, .descriptor = entry->descriptor,
	} };
	if (entry->depth == LIMIT_INDEX_DEPTH) {
		result = walk_find(walk, &index->file);
		if (result > 0)
			result = report(walk, WALK_DEEP, &index->file, NULL) < 0
				 ? -1 : walk_hash(walk, &index->file);
		return result;
	}
	result = walk_read(walk, index);
	return result > 0 && walk_entries(walk, index, entry->depth + 1) < 0 ? -1 : result;
}

int walk_image(struct walk *walk, const struct walk_entry *entry, struct image *image)
{
	const struct descriptor *descriptor = entry->descriptor;
	struct image_manifest *fields;
	int result;

	*image = (struct image){
		.has_manifest = true, .descriptor = entry->json,
		.manifest.file = { .role = IMAGE_MANIFEST, .user = entry->user,
				   .descriptor = descriptor },
	};
	if (descriptor->has_platform)
		image->platform = image_platform(&image->pool, descriptor->os,
						 descriptor->architecture, descriptor->variant);
	result = walk_read(walk, &image->manifest);
	if (result <= 0)
		return result;
	fields = pool_new(&image->pool, 1, sizeof *fields);
	document_manifest(&image->manifest.json, fields);
	image->manifest_fields = fields;
	image->config.file = (struct image_file){
		.role = IMAGE_CONFIG, .user = image->manifest.file.name,
		.descriptor = &fields->config,
	};
	image->layer_count = fields->count;
	image->layers = pool_new(&image->pool, fields->count, sizeof *image->layers);
	for (size_t i = 0; i < fields->count; i++) {
		image->layers[i].file = (struct image_file){
			.role = IMAGE_LAYER, .user = image->manifest.file.name,
			.descriptor = &fields->layers[i],
		};
		if (walk_find(walk, &image->layers[i].file) < 0)
			return -1;
	}
	return 1;
}

int walk_docker(struct walk *walk, const struct docker_image *docker, const json_t *json,
		struct image *image)
{
	*image = (struct image){
		.docker = json,
		.config.file = { .role = IMAGE_CONFIG, .name = docker->config,
				 .user = "manifest.json" },
		.layer_count = docker->layer_count,
	};
	image->layers = pool_new(&image->pool, docker->layer_count, sizeof *image->layers);
	for (size_t i = 0; i < docker->layer_count; i++) {
		image->layers[i].file = (struct image_file){
			.role = IMAGE_LAYER, .name = docker->layers[i], .user = "manifest.json",
		};
		if (walk_find(walk, &image->layers[i].file) < 0)
			return -1;
	}
	return 1;
}

int walk_config(struct walk *walk, struct image *image)
{
	int result = walk_read(walk, &image->config);
	struct image_config *fields;

	if (result <= 0)
		return result;
	fields = pool_new(&image->pool, 1, sizeof *fields);
	document_config(&image->config.json, fields);
	image->config_fields = fields;
	if (!image->platform && (*fields->os || *fields->architecture))
		image->platform = image_platform(&image->pool, fields->os, fields->architecture,
						 fields->variant);
	return result;
}
