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
static void check_media_type(struct inspect *inspect, const char *name,
			     const struct descriptor *descriptor, const char *own)
{
	if (*own && strcmp(own, descriptor->media_type) != 0)
		findings_add(inspect->findings, name, RULE_DESCRIPTOR, "its mediaType is '%s', its "
			     "descriptor says '%s'", own, descriptor->media_type);
}

static int hash(struct inspect *inspect, const struct descriptor *descriptor,
		const struct store_entry *entry)
{
	if (inspect_hash(inspect, entry) < 0)
		return -1;
	inspect_verify(inspect, entry, &descriptor->digest);
	return 0;
}

/* Reads a layer as its media type says that it is compressed. */
static int read_layer(struct inspect *inspect, const struct store_entry *entry,
		      enum media_compression stated, const struct inspect_layer **layer)
{
	enum media_compression compression = stated;

	if (stated == MEDIA_PLAIN && inspect_compression(inspect, entry, &compression) < 0)
		return -1;
	if (compression == stated)
		return inspect_layer(inspect, entry, stated, layer);
	findings_add(inspect->findings, entry->name, RULE_LAYER, "it is compressed, its media "
		     "type says that it is not");
	return 0;
}

static int check_layer(struct inspect *inspect, struct parts *parts, size_t i)
{
	const struct descriptor *descriptor = &parts->manifest.layers[i];
	const struct store_entry *entry = inspect_blob(inspect, descriptor, parts->name);

	if (!entry)
		return 0;
	parts->image.names[i] = entry->name;
	if (descriptor->media->kind == MEDIA_LAYER
	    && read_layer(inspect, entry, descriptor->media->compression,
			  &parts->image.layers[i]) < 0)
		return -1;
	return hash(inspect, descriptor, entry);
}

/* Notes the platform for those who refer to the manifest later. */
static void note_platform(struct inspect *inspect, const struct store_entry *manifest,
			  const struct image_config *config)
{
	struct inspect_state *state = inspect_state(inspect, manifest);

	state->os = pool_string(&inspect->pool, config->os);
	state->architecture = pool_string(&inspect->pool, config->architecture);
	state->variant = pool_string(&inspect->pool, config->variant);
}

/* Reads the configuration, and compares it with the layers that were looked at. */
static int check_config(struct inspect *inspect, struct parts *parts,
			const struct store_entry *manifest, const struct store_entry *entry)
{
	struct document document;
	int result = inspect_document(inspect, entry, RULE_CONFIG, image_schema_config, &document);

	inspect_verify(inspect, entry, &parts->manifest.config.digest);
	if (result <= 0)
		return result;
	parts->image.name = entry->name;
	document_config(&document, &parts->image.config);
	note_platform(inspect, manifest, &parts->image.config);
	result = validate_image(inspect, &parts->image);
	document_free(&document);
	return result;
}

/* What importers of Docker Official Images take is less than what the specification allows. */
static void check_strictly(struct inspect *inspect, const struct parts *parts)
{
	const struct media *config = parts->manifest.config.media;

	if (config->kind != MEDIA_CONFIG || !config->oci)
		findings_add(inspect->findings, parts->name, RULE_IMPORT, "config.mediaType: it "
			     "is not that of an OCI image");
	if (parts->manifest.count == 0)
		findings_add(inspect->findings, parts->name, RULE_IMPORT, "layers: it is empty");
	for (size_t i = 0; i < parts->manifest.count; i++) {
		const struct media *layer = parts->manifest.layers[i].media;

		if (layer->kind != MEDIA_LAYER || !layer->oci || layer->foreign
		    || layer->compression == MEDIA_ZSTD)
			findings_add(inspect->findings, parts->name, RULE_IMPORT,
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

static int check_parts(struct inspect *inspect, struct parts *parts,
		       const struct store_entry *manifest)
{
	const struct descriptor *config = &parts->manifest.config;
	const struct store_entry *entry = inspect_blob(inspect, config, parts->name);

	inspect->lost |= has_fault(&parts->manifest);
	if (inspect->strict)
		check_strictly(inspect, parts);
	for (size_t i = 0; i < parts->manifest.count; i++)
		if (check_layer(inspect, parts, i) < 0)
			return -1;
	if (!entry)
		return 0;
	return config->media->kind == MEDIA_CONFIG ? check_config(inspect, parts, manifest, entry)
						   : hash(inspect, config, entry);
}

/* What a manifest is about need not be there. */
static int check_subject(struct inspect *inspect, const struct parts *parts)
{
	struct descriptor subject = descriptor_read(parts->manifest.subject);
	struct media foreign = *subject.media;
	const struct store_entry *entry;

	foreign.foreign = true;
	subject.media = &foreign;
	entry = inspect_blob(inspect, &subject, parts->name);
	return entry ? hash(inspect, &subject, entry) : 0;
}

static int check_manifest(struct inspect *inspect, const struct store_entry *entry,
			  const struct descriptor *descriptor)
{
	struct parts parts = { .name = entry->name };
	struct document document;
	int result = inspect_document(inspect, entry, RULE_MANIFEST, image_schema_manifest,
				      &document);

	inspect->lost |= result <= 0;
	if (result <= 0)
		return result;
	document_manifest(&document, &parts.manifest);
	check_media_type(inspect, entry->name, descriptor, parts.manifest.media_type);
	parts.image.count = parts.manifest.count;
	parts.image.layers = memory_new(parts.image.count, sizeof *parts.image.layers);
	parts.image.names = memory_new(parts.image.count, sizeof *parts.image.names);
	result = check_parts(inspect, &parts, entry);
	if (result == 0)
		result = check_subject(inspect, &parts);
	free(parts.image.layers);
	free(parts.image.names);
	document_free(&document);
	return result;
}

/* ---- index ---- */

static int check_index(struct inspect *inspect, const struct store_entry *entry,
		       const struct descriptor *descriptor, unsigned depth);

/* Looks at what a descriptor refers to, unless another one has led there before. */
static int enter(struct inspect *inspect, const struct store_entry *entry,
		 const struct descriptor *descriptor, unsigned depth)
{
	struct inspect_state *state = inspect_state(inspect, entry);
	enum media_kind kind = descriptor->media->kind;

	if (kind != MEDIA_INDEX && kind != MEDIA_MANIFEST) {
		inspect->lost = true;
		return 0;
	}
	if (state->entered)
		return 0;
	state->entered = true;
	return kind == MEDIA_INDEX ? check_index(inspect, entry, descriptor, depth + 1)
				   : check_manifest(inspect, entry, descriptor);
}

static void check_platform(struct inspect *inspect, const char *user, size_t i,
			   const struct descriptor *descriptor, const struct store_entry *entry)
{
	const struct inspect_state *state = inspect_state(inspect, entry);

	/* What is not there at all was told when the documents were checked. */
	if (*descriptor->os && *descriptor->architecture && state->os && *state->os
	    && *state->architecture
	    && !validate_image_same_platform(descriptor, state->os, state->architecture,
					     state->variant))
		findings_add(inspect->findings, user, RULE_INDEX, "manifests[%zu].platform: it is "
			     "'%s/%s%s%s', the configuration says '%s/%s%s%s'", i, descriptor->os,
			     descriptor->architecture, *descriptor->variant ? "/" : "",
			     descriptor->variant, state->os, state->architecture,
			     *state->variant ? "/" : "", state->variant);
}

static int check_entry(struct inspect *inspect, const char *user, size_t i,
		       const struct descriptor *descriptor, unsigned depth)
{
	const struct store_entry *entry = inspect_blob(inspect, descriptor, user);

	inspect->lost |= !entry;
	if (!entry)
		return 0;
	if (enter(inspect, entry, descriptor, depth) < 0 || hash(inspect, descriptor, entry) < 0)
		return -1;
	check_platform(inspect, user, i, descriptor, entry);
	return 0;
}

static int check_entries(struct inspect *inspect, const char *user, const struct image_index *index,
			 unsigned depth)
{
	for (size_t i = 0; i < index->count; i++)
		if (check_entry(inspect, user, i, &index->manifests[i], depth) < 0)
			return -1;
	return 0;
}

static int check_index(struct inspect *inspect, const struct store_entry *entry,
		       const struct descriptor *descriptor, unsigned depth)
{
	struct image_index index;
	struct document document;
	int result;

	inspect->lost |= depth > LIMIT_INDEX_DEPTH;
	if (depth > LIMIT_INDEX_DEPTH) {
		findings_add(inspect->findings, entry->name, RULE_INDEX, "more than %d indexes "
			     "are in one another", LIMIT_INDEX_DEPTH);
		return 0;
	}
	result = inspect_document(inspect, entry, RULE_INDEX, image_schema_index, &document);
	inspect->lost |= result <= 0;
	if (result <= 0)
		return result;
	document_index(&document, &index);
	check_media_type(inspect, entry->name, descriptor, index.media_type);
	result = check_entries(inspect, entry->name, &index, depth);
	document_free(&document);
	return result;
}

/* ---- layout ---- */

static void check_tag(struct inspect *inspect, const struct image_index *index, const char *tag)
{
	for (size_t i = 0; i < index->count; i++)
		if (descriptor_is_named(&index->manifests[i], tag))
			return;
	findings_add(inspect->findings, "index.json", RULE_INDEX_FILE, "no manifest has the "
		     "reference '%s'", tag);
}

static bool wants_variant(const struct descriptor *descriptor)
{
	return (strcmp(descriptor->architecture, "arm64") == 0
		&& strcmp(descriptor->variant, "v8") != 0)
	       || (strcmp(descriptor->architecture, "arm") == 0 && *descriptor->variant == '\0');
}

static void check_index_strictly(struct inspect *inspect, const struct image_index *index)
{
	struct findings *findings = inspect->findings;
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

static int check_index_file(struct inspect *inspect, const struct store_entry *entry,
			    const char *tag)
{
	struct image_index index;
	struct document document;
	int result = inspect_document(inspect, entry, RULE_INDEX_FILE, image_schema_index,
				      &document);

	inspect->lost |= result <= 0;
	if (result <= 0)
		return result;
	document_index(&document, &index);
	if (tag)
		check_tag(inspect, &index, tag);
	if (inspect->strict)
		check_index_strictly(inspect, &index);
	result = check_entries(inspect, entry->name, &index, 0);
	document_free(&document);
	return result;
}

static int check_layout_file(struct inspect *inspect)
{
	const struct store_entry *entry = inspect_find(inspect, "oci-layout", NULL, RULE_LAYOUT);
	struct document document;
	int result = 0;

	if (entry)
		result = inspect_document(inspect, entry, RULE_LAYOUT, image_schema_layout,
					  &document);
	if (result > 0)
		document_free(&document);
	return result < 0 ? -1 : 0;
}

int validate_oci(struct inspect *inspect, const char *tag)
{
	const struct store_entry *entry;

	if (check_layout_file(inspect) < 0)
		return -1;
	entry = inspect_find(inspect, "index.json", NULL, RULE_INDEX_FILE);
	inspect->lost |= !entry;
	return entry ? check_index_file(inspect, entry, tag) : 0;
}
