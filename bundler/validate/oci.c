/* SPDX-License-Identifier: Apache-2.0 */
#include "validate/oci.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "validate/image.h"
#include "validate/image_schema.h"
#include "validate/rule.h"

/* ---- manifest ---- */

/* The parts of the image that a manifest is of. */
struct parts {
	const char *name;		/* of the manifest's file */
	struct image_manifest manifest;
	struct validate_image image;
};

/* The media type that a document states for itself must be the one of its descriptor. */
static void check_media_type(struct blobs *blobs, const char *name,
			     const struct descriptor *descriptor, const char *own)
{
	if (*own && strcmp(own, descriptor->media_type) != 0)
		findings_add(blobs->findings, name, RULE_DESCRIPTOR, "its mediaType is '%s', its "
			     "descriptor says '%s'", own, descriptor->media_type);
}

static int hash(struct blobs *blobs, const struct descriptor *descriptor,
		const struct files_entry *entry)
{
	if (blobs_hash(blobs, entry) < 0)
		return -1;
	blobs_verify(blobs, entry, &descriptor->digest);
	return 0;
}

/* Reads a layer as its media type says that it is compressed. */
static int read_layer(struct blobs *blobs, const struct files_entry *entry,
		      enum media_compression stated, const struct blobs_layer **layer)
{
	enum media_compression compression = stated;

	if (stated == MEDIA_PLAIN && blobs_compression(blobs, entry, &compression) < 0)
		return -1;
	if (compression == stated)
		return blobs_layer(blobs, entry, stated, layer);
	findings_add(blobs->findings, entry->name, RULE_LAYER, "it is compressed, its media "
		     "type says that it is not");
	return 0;
}

static int check_layer(struct blobs *blobs, struct parts *parts, size_t i)
{
	const struct descriptor *descriptor = &parts->manifest.layers[i];
	const struct files_entry *entry = blobs_of(blobs, descriptor, parts->name);

	if (!entry)
		return 0;
	parts->image.names[i] = entry->name;
	if (descriptor->media->kind == MEDIA_LAYER
	    && read_layer(blobs, entry, descriptor->media->compression,
			  &parts->image.layers[i]) < 0)
		return -1;
	return hash(blobs, descriptor, entry);
}

/* Notes the platform for those who refer to the manifest later. */
static void note_platform(struct blobs *blobs, const struct files_entry *manifest,
			  const struct image_config *config)
{
	struct blobs_state *state = blobs_state(blobs, manifest);

	state->os = pool_string(&blobs->pool, config->os);
	state->architecture = pool_string(&blobs->pool, config->architecture);
	state->variant = pool_string(&blobs->pool, config->variant);
}

/* Reads the configuration, and compares it with the layers that were looked at. */
static int check_config(struct blobs *blobs, struct parts *parts,
			const struct files_entry *manifest, const struct files_entry *entry)
{
	struct document document;
	int result = blobs_document(blobs, entry, RULE_CONFIG, image_schema_config, &document);

	blobs_verify(blobs, entry, &parts->manifest.config.digest);
	if (result <= 0)
		return result;
	parts->image.name = entry->name;
	document_config(&document, &parts->image.config);
	note_platform(blobs, manifest, &parts->image.config);
	result = validate_image(blobs, &parts->image);
	document_free(&document);
	return result;
}

/* What importers of Docker Official Images take is less than what the specification allows. */
static void check_strictly(struct blobs *blobs, const struct parts *parts)
{
	const struct media *config = parts->manifest.config.media;

	if (config->kind != MEDIA_CONFIG || !config->oci)
		findings_add(blobs->findings, parts->name, RULE_IMPORT, "config.mediaType: it "
			     "is not that of an OCI image");
	if (parts->manifest.count == 0)
		findings_add(blobs->findings, parts->name, RULE_IMPORT, "layers: it is empty");
	for (size_t i = 0; i < parts->manifest.count; i++) {
		const struct media *layer = parts->manifest.layers[i].media;

		if (layer->kind != MEDIA_LAYER || !layer->oci || layer->foreign
		    || layer->compression == MEDIA_ZSTD)
			findings_add(blobs->findings, parts->name, RULE_IMPORT,
				     "layers[%zu].mediaType: it is not that of an OCI layer, as "
				     "it is or gzipped", i);
	}
}

/* Whether a descriptor in the manifest cannot be followed. */
static bool has_fault(const struct image_manifest *manifest)
{
	bool fault = manifest->config.fault != NULL;

	for (size_t i = 0; i < manifest->count && !fault; i++)
		fault = manifest->layers[i].fault != NULL;
	return fault;
}

static int check_parts(struct blobs *blobs, struct parts *parts,
		       const struct files_entry *manifest)
{
	const struct descriptor *config = &parts->manifest.config;
	const struct files_entry *entry = blobs_of(blobs, config, parts->name);

	blobs->lost |= has_fault(&parts->manifest);
	if (blobs->strict)
		check_strictly(blobs, parts);
	for (size_t i = 0; i < parts->manifest.count; i++)
		if (check_layer(blobs, parts, i) < 0)
			return -1;
	if (!entry)
		return 0;
	return config->media->kind == MEDIA_CONFIG ? check_config(blobs, parts, manifest, entry)
						   : hash(blobs, config, entry);
}

/* What a manifest is about need not be there. */
static int check_subject(struct blobs *blobs, const struct parts *parts)
{
	struct descriptor subject = descriptor_read(parts->manifest.subject);
	struct media foreign = *subject.media;
	const struct files_entry *entry;

	foreign.foreign = true;
	subject.media = &foreign;
	entry = blobs_of(blobs, &subject, parts->name);
	return entry ? hash(blobs, &subject, entry) : 0;
}

static int check_manifest(struct blobs *blobs, const struct files_entry *entry,
			  const struct descriptor *descriptor)
{
	struct parts parts = { .name = entry->name };
	struct document document;
	int result = blobs_document(blobs, entry, RULE_MANIFEST, image_schema_manifest,
				    &document);

	blobs->lost |= result <= 0;
	if (result <= 0)
		return result;
	document_manifest(&document, &parts.manifest);
	check_media_type(blobs, entry->name, descriptor, parts.manifest.media_type);
	parts.image.count = parts.manifest.count;
	parts.image.layers = memory_new(parts.image.count, sizeof *parts.image.layers);
	parts.image.names = memory_new(parts.image.count, sizeof *parts.image.names);
	result = check_parts(blobs, &parts, entry);
	if (result == 0)
		result = check_subject(blobs, &parts);
	free(parts.image.layers);
	free(parts.image.names);
	document_free(&document);
	return result;
}

/* ---- index ---- */

static int check_index(struct blobs *blobs, const struct files_entry *entry,
		       const struct descriptor *descriptor, unsigned depth);

/* Looks at what a descriptor refers to, unless another one has led there before. */
static int enter(struct blobs *blobs, const struct files_entry *entry,
		 const struct descriptor *descriptor, unsigned depth)
{
	struct blobs_state *state = blobs_state(blobs, entry);
	enum media_kind kind = descriptor->media->kind;

	if (kind != MEDIA_INDEX && kind != MEDIA_MANIFEST) {
		blobs->lost = true;
		return 0;
	}
	if (state->entered)
		return 0;
	state->entered = true;
	return kind == MEDIA_INDEX ? check_index(blobs, entry, descriptor, depth + 1)
				   : check_manifest(blobs, entry, descriptor);
}

static void check_platform(struct blobs *blobs, const char *user, size_t i,
			   const struct descriptor *descriptor, const struct files_entry *entry)
{
	const struct blobs_state *state = blobs_state(blobs, entry);

	/* What is not there at all was told when the documents were checked. */
	if (*descriptor->os && *descriptor->architecture && state->os && *state->os
	    && *state->architecture
	    && !validate_image_same_platform(descriptor, state->os, state->architecture,
					     state->variant))
		findings_add(blobs->findings, user, RULE_INDEX, "manifests[%zu].platform: it is "
			     "'%s/%s%s%s', the configuration says '%s/%s%s%s'", i, descriptor->os,
			     descriptor->architecture, *descriptor->variant ? "/" : "",
			     descriptor->variant, state->os, state->architecture,
			     *state->variant ? "/" : "", state->variant);
}

static int check_entry(struct blobs *blobs, const char *user, size_t i,
		       const struct descriptor *descriptor, unsigned depth)
{
	const struct files_entry *entry = blobs_of(blobs, descriptor, user);

	blobs->lost |= !entry;
	if (!entry)
		return 0;
	if (enter(blobs, entry, descriptor, depth) < 0 || hash(blobs, descriptor, entry) < 0)
		return -1;
	check_platform(blobs, user, i, descriptor, entry);
	return 0;
}

static int check_entries(struct blobs *blobs, const char *user, const struct image_index *index,
			 unsigned depth)
{
	for (size_t i = 0; i < index->count; i++)
		if (check_entry(blobs, user, i, &index->manifests[i], depth) < 0)
			return -1;
	return 0;
}

static int check_index(struct blobs *blobs, const struct files_entry *entry,
		       const struct descriptor *descriptor, unsigned depth)
{
	struct image_index index;
	struct document document;
	int result;

	blobs->lost |= depth > LIMIT_INDEX_DEPTH;
	if (depth > LIMIT_INDEX_DEPTH) {
		findings_add(blobs->findings, entry->name, RULE_INDEX, "more than %d indexes "
			     "are in one another", LIMIT_INDEX_DEPTH);
		return 0;
	}
	result = blobs_document(blobs, entry, RULE_INDEX, image_schema_index, &document);
	blobs->lost |= result <= 0;
	if (result <= 0)
		return result;
	document_index(&document, &index);
	check_media_type(blobs, entry->name, descriptor, index.media_type);
	result = check_entries(blobs, entry->name, &index, depth);
	document_free(&document);
	return result;
}

/* ---- layout ---- */

static void check_tag(struct blobs *blobs, const struct image_index *index, const char *tag)
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

static void check_index_strictly(struct blobs *blobs, const struct image_index *index)
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

static int check_index_file(struct blobs *blobs, const struct files_entry *entry,
			    const char *tag)
{
	struct image_index index;
	struct document document;
	int result = blobs_document(blobs, entry, RULE_INDEX_FILE, image_schema_index,
				    &document);

	blobs->lost |= result <= 0;
	if (result <= 0)
		return result;
	document_index(&document, &index);
	if (tag)
		check_tag(blobs, &index, tag);
	if (blobs->strict)
		check_index_strictly(blobs, &index);
	result = check_entries(blobs, entry->name, &index, 0);
	document_free(&document);
	return result;
}

static int check_layout_file(struct blobs *blobs)
{
	const struct files_entry *entry = blobs_find(blobs, "oci-layout", NULL, RULE_LAYOUT);
	struct document document;
	int result = 0;

	if (entry)
		result = blobs_document(blobs, entry, RULE_LAYOUT, image_schema_layout,
					&document);
	if (result > 0)
		document_free(&document);
	return result < 0 ? -1 : 0;
}

int validate_oci(struct blobs *blobs, const char *tag)
{
	const struct files_entry *entry;

	if (check_layout_file(blobs) < 0)
		return -1;
	entry = blobs_find(blobs, "index.json", NULL, RULE_INDEX_FILE);
	blobs->lost |= !entry;
	return entry ? check_index_file(blobs, entry, tag) : 0;
}
