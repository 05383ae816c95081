/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what an image layout leads to, as the walk comes along. */
#include "validate/oci.h"

#include <string.h>

#include "validate/image.h"
#include "validate/rule.h"

/* The media type that a document states for itself must be the one of its descriptor. */
static void check_media_type(const struct blobs *blobs, const struct image_file *file,
			     const char *own)
{
	if (*own && strcmp(own, file->descriptor->media_type) != 0)
		findings_add(blobs->findings, file->name, RULE_DESCRIPTOR, "its mediaType is '%s', "
			     "its descriptor says '%s'", own, file->descriptor->media_type);
}

/* ---- manifest ---- */

/* What importers of Docker Official Images take is less than what the specification allows. */
static void check_manifest_strictly(const struct blobs *blobs, const struct image *image)
{
	const struct media *config = image->manifest_fields->config.media;
	const char *name = image->manifest.file.name;

	if (config->kind != MEDIA_CONFIG || !config->oci)
		findings_add(blobs->findings, name, RULE_IMPORT, "config.mediaType: it is not that "
			     "of an OCI image");
	if (image->layer_count == 0)
		findings_add(blobs->findings, name, RULE_IMPORT, "layers: it is empty");
	for (size_t i = 0; i < image->layer_count; i++) {
		const struct media *layer = image->layers[i].file.descriptor->media;

		if (layer->kind != MEDIA_LAYER || !layer->oci || layer->foreign
		    || layer->compression == COMPRESSION_ZSTD)
			findings_add(blobs->findings, name, RULE_IMPORT, "layers[%zu].mediaType: "
				     "it is not that of an OCI layer, as it is or gzipped", i);
	}
}

/* Reads a layer as its media type says that it is compressed; others are only hashed. */
static int check_layer(struct blobs *blobs, const struct image_file *file,
		       const struct blobs_layer **layer)
{
	const struct media *media = file->descriptor->media;
	enum compression compression = media->compression;

	if (media->kind != MEDIA_LAYER)
		return walk_hash(&blobs->walk, file);
	if (media->compression == COMPRESSION_NONE
	    && blobs_compression(blobs, file, &compression) < 0)
		return -1;
	if (compression == media->compression)
		return blobs_layer(blobs, file, compression, layer);
	findings_add(blobs->findings, file->name, RULE_LAYER, "it is compressed, its media type "
		     "says that it is not");
	return walk_hash(&blobs->walk, file);
}

/* Reads the configuration, and compares it with the layers that were looked at. */
static int check_config(struct blobs *blobs, struct image *image,
			const struct blobs_layer *const *layers)
{
	struct blobs_state *state = blobs_state(blobs, image->manifest.file.entry);
	const struct image_config *fields;
	int result;

	if (image->config.file.descriptor->media->kind != MEDIA_CONFIG) {
		result = walk_find(&blobs->walk, &image->config.file);
		return result > 0 ? walk_hash(&blobs->walk, &image->config.file) : result;
	}
	result = walk_config(&blobs->walk, image);
	if (result <= 0)
		return result;
	/* Other entries of indexes may lead to the same manifest. */
	fields = image->config_fields;
	state->os = pool_string(&blobs->pool, fields->os);
	state->architecture = pool_string(&blobs->pool, fields->architecture);
	state->variant = pool_string(&blobs->pool, fields->variant);
	return validate_image(blobs, image, layers);
}

/* What a manifest is about need not be there. */
static int check_subject(struct blobs *blobs, const struct image *image)
{
	struct descriptor subject = descriptor_read(image->manifest_fields->subject);
	struct media foreign = *subject.media;
	struct image_file file = { .role = IMAGE_BLOB, .user = image->manifest.file.name,
				   .descriptor = &subject };
	int result;

	if (subject.fault)
		return 0;
	foreign.foreign = true;
	subject.media = &foreign;
	result = walk_find(&blobs->walk, &file);
	return result > 0 ? walk_hash(&blobs->walk, &file) : result;
}

static int check_manifest(struct blobs *blobs, const struct walk_entry *entry)
{
	const struct blobs_layer **layers;
	struct image image;
	int result = walk_image(&blobs->walk, entry, &image);

	if (result > 0) {
		check_media_type(blobs, &image.manifest.file, image.manifest_fields->media_type);
		if (blobs->strict)
			check_manifest_strictly(blobs, &image);
		layers = pool_new(&image.pool, image.layer_count, sizeof *layers);
		result = 0;
		for (size_t i = 0; i < image.layer_count && result == 0; i++)
			if (image.layers[i].file.entry)
				result = check_layer(blobs, &image.layers[i].file, &layers[i]);
		if (result == 0)
			result = check_config(blobs, &image, layers);
		if (result == 0)
			result = check_subject(blobs, &image);
	}
	image_free(&image);
	return result;
}

/* ---- index ---- */

static int check_index(struct blobs *blobs, const struct walk_entry *entry)
{
	struct image_document index;
	struct image_index fields;
	int result = walk_index(&blobs->walk, entry, &index);

	if (result > 0) {
		document_index(&index.json, &fields);
		check_media_type(blobs, &index.file, fields.media_type);
	}
	document_free(&index.json);
	return result;
}

/* Compares the platform that an index states with that of the image. */
static void check_platform(const struct blobs *blobs, const struct walk_entry *entry,
			   const struct blobs_state *state)
{
	const struct descriptor *descriptor = entry->descriptor;

	/* What is missing was reported when the documents were checked. */
	if (*descriptor->os && *descriptor->architecture && state->os && *state->os
	    && *state->architecture
	    && !validate_image_same_platform(descriptor, state->os, state->architecture,
					     state->variant))
		findings_add(blobs->findings, entry->user, RULE_INDEX, "manifests[%zu].platform: "
			     "it is '%s/%s%s%s', the configuration says '%s/%s%s%s'",
			     entry->number, descriptor->os, descriptor->architecture,
			     *descriptor->variant ? "/" : "", descriptor->variant, state->os,
			     state->architecture, *state->variant ? "/" : "", state->variant);
}

int validate_oci_entry(struct walk *walk, const struct walk_entry *entry)
{
	struct blobs *blobs = walk->context;
	const enum media_kind kind = entry->descriptor->media->kind;
	struct image_file file = {
		.role = kind == MEDIA_INDEX ? IMAGE_INDEX
			: kind == MEDIA_MANIFEST ? IMAGE_MANIFEST : IMAGE_BLOB,
		.user = entry->user, .descriptor = entry->descriptor,
	};
	struct blobs_state *state;
	int result;

	walk->lost |= file.role == IMAGE_BLOB;
	result = walk_find(walk, &file);
	if (result <= 0)
		return result;
	state = blobs_state(blobs, file.entry);
	if (file.role == IMAGE_BLOB || state->entered) {
		result = walk_hash(walk, &file);
	} else {
		state->entered = true;
		result = kind == MEDIA_INDEX ? check_index(blobs, entry)
					     : check_manifest(blobs, entry);
	}
	if (result >= 0)
		check_platform(blobs, entry, state);
	return result < 0 ? -1 : 0;
}

/* ---- layout ---- */

static void check_tag(const struct blobs *blobs, const struct image_index *index,
		      const char *tag)
{
	for (size_t i = 0; i < index->count; i++)
		if (descriptor_is_named(&index->manifests[i], tag))
			return;
	findings_add(blobs->findings, "index.json", RULE_INDEX_FILE, "no manifest has the "
		     "reference '%s'", tag);
}

static bool wants_variant(const struct descriptor *descriptor)
{
	return (strcmp(descriptor->architecture, "arm64") == 0
		&& strcmp(descriptor->variant, "v8") != 0)
	       || (strcmp(descriptor->architecture, "arm") == 0 && *descriptor->variant == '\0');
}

static void check_index_strictly(const struct blobs *blobs, const struct image_index *index)
{
	struct findings *findings = blobs->findings;
	const struct descriptor *first = index->manifests;

	if (*index->media_type == '\0')
		findings_add(findings, "index.json", RULE_IMPORT, "mediaType: it is missing");
	if (index->count != 1)
		findings_add(findings, "index.json", RULE_IMPORT, "manifests: it has %zu entries, "
			     "not one", index->count);
	if (index->count == 0)
		return;
	if (first->media->kind != MEDIA_MANIFEST || !first->media->oci)
		findings_add(findings, "index.json", RULE_IMPORT, "manifests[0].mediaType: it is "
			     "not that of an OCI manifest");
	if (first->has_platform && strcmp(first->os, "linux") != 0)
		findings_add(findings, "index.json", RULE_IMPORT, "manifests[0].platform.os: it "
			     "is not 'linux'");
	if (wants_variant(first))
		findings_add(findings, "index.json", RULE_IMPORT, "manifests[0].platform.variant: "
			     "it is '%s'", first->variant);
}

int validate_oci(struct blobs *blobs, const char *tag)
{
	struct image_document layout, index;
	struct image_index fields;
	int result = walk_table(&blobs->walk, IMAGE_LAYOUT, &layout);

	document_free(&layout.json);
	if (result < 0)
		return -1;
	result = walk_table(&blobs->walk, IMAGE_INDEX_FILE, &index);
	if (result > 0) {
		document_index(&index.json, &fields);
		if (tag)
			check_tag(blobs, &fields, tag);
		if (blobs->strict)
			check_index_strictly(blobs, &fields);
		result = walk_entries(&blobs->walk, &index, 0);
	}
	document_free(&index.json);
	return result;
}
