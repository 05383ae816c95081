/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/observe_images.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/reference.h"

static int refuse(const struct observe_images *images, enum status status, const char *reason,
		  struct error *err)
{
	return error_set(err, status, "cannot read '%s': %s", images->place, reason);
}

static void add_fault(struct observe_images *images, const char *subject, const char *stated,
		      const char *found)
{
	images->faults = memory_resize(images->faults, images->fault_count + 1,
				       sizeof *images->faults);
	images->faults[images->fault_count++] = (struct observe_fault){
		.subject = pool_string(&images->pool, subject),
		.stated = pool_string(&images->pool, stated),
		.found = pool_string(&images->pool, found),
	};
}

/* "sha256:..., 12 bytes", in the pool. */
static const char *describe_blob(struct observe_images *images, const struct digest *digest,
				 uint64_t size)
{
	char hex[DIGEST_HEX_BYTES];

	return pool_format(&images->pool, "sha256:%s, %" PRIu64 " bytes",
			   digest_write_hex(digest, hex), size);
}

/* ---- files ---- */

static void note_used(struct observe_images *images, const struct files_entry *entry)
{
	size_t count;
	const struct files_entry *entries = files_entries(images->files, &count);

	images->used[entry - entries] = true;
	if (entry->file)
		images->used[entry->file - entries] = true;
}

/* The entry that can be read under a name; NULL, and noted, when there is none. */
static const struct files_entry *find_file(struct observe_images *images, const char *name,
					   const char *stated)
{
	const struct files_entry *entry = files_find(images->files, name);

	if (entry)
		note_used(images, entry);
	if (entry && entry->file)
		return entry;
	add_fault(images, name, stated,
		  !entry ? "nothing" : entry->fault ? entry->fault : "no file");
	return NULL;
}

static const struct files_entry *find_blob(struct observe_images *images,
					   const struct descriptor *descriptor)
{
	char hex[DIGEST_HEX_BYTES];
	const char *name;

	if (descriptor->fault) {
		add_fault(images, "descriptor", "a digest and a size", descriptor->fault);
		return NULL;
	}
	name = pool_format(&images->pool, "blobs/sha256/%s",
			   digest_write_hex(&descriptor->digest, hex));
	return find_file(images, name,
			 describe_blob(images, &descriptor->digest, descriptor->size));
}

void observe_images_check_blob(struct observe_images *images, const struct files_entry *entry,
			       const struct digest *stated, uint64_t stated_size,
			       const struct digest *digest, uint64_t size)
{
	if (stated_size != size || !digest_equal(stated, digest))
		add_fault(images, entry->name, describe_blob(images, stated, stated_size),
			  describe_blob(images, digest, size));
}

/* Reads the document that a descriptor leads to: why it cannot be used, or NULL, is in *fault. */
static int read_document(struct observe_images *images, const struct descriptor *descriptor,
			 struct document *document, struct digest *digest, const char **fault,
			 struct error *err)
{
	const struct files_entry *entry = find_blob(images, descriptor);
	struct buffer text;
	int result;

	*fault = "it is not there";
	if (!entry)
		return 0;
	buffer_init(&text, LIMIT_INDEX_BYTES);
	result = files_read(images->files, entry, &text, err);
	if (result == 0) {
		*digest = digest_of(text.bytes, text.length);
		observe_images_check_blob(images, entry, &descriptor->digest, descriptor->size,
					  digest, text.length);
		*fault = document_parse(document, &text);
	}
	buffer_free(&text);
	return result;
}

/* ---- images ---- */

static struct image *add_image(struct observe_images *images, struct error *err)
{
	struct image *image;

	if (images->count == LIMIT_IMAGES) {
		refuse(images, STATUS_LIMIT, "it has too many images", err);
		return NULL;
	}
	images->items = memory_resize(images->items, images->count + 1, sizeof *images->items);
	image = &images->items[images->count++];
	*image = (struct image){ .platform = "unknown" };
	return image;
}

static void take_platform(struct image *image)
{
	struct image_config config;

	document_config(&image->config, &config);
	if (*config.os || *config.architecture)
		image->platform = image_platform(&image->pool, config.os, config.architecture,
						 config.variant);
}

static void take_layers(struct observe_images *images, struct image *image,
			const struct image_manifest *manifest)
{
	image->layer_count = manifest->count;
	image->layers = pool_new(&image->pool, manifest->count, sizeof *image->layers);
	for (size_t i = 0; i < manifest->count; i++)
		image->layers[i] = (struct image_layer){
			.entry = find_blob(images, &manifest->layers[i]), .stated = true,
			.stated_digest = manifest->layers[i].digest,
			.stated_size = manifest->layers[i].size,
		};
}

/* Reads what the manifest of an image leads to, but for its layers. */
static int follow_manifest(struct observe_images *images, struct image *image, struct error *err)
{
	struct image_manifest manifest;

	document_manifest(&image->manifest, &manifest);
	if (read_document(images, &manifest.config, &image->config, &image->config_digest,
			  &image->config_fault, err) < 0)
		return -1;
	take_layers(images, image, &manifest);
	take_platform(image);
	return 0;
}

/* Adds the image whose manifest a descriptor leads to. */
static int read_manifest(struct observe_images *images, const json_t *json,
			 const struct descriptor *descriptor, struct error *err)
{
	struct image *image = add_image(images, err);

	if (!image)
		return -1;
	image->has_manifest = true;
	image->descriptor = json;
	if (read_document(images, descriptor, &image->manifest, &image->manifest_digest,
			  &image->manifest_fault, err) < 0)
		return -1;
	if (!image->manifest_fault && follow_manifest(images, image, err) < 0)
		return -1;
	if (descriptor->has_platform)
		image->platform = image_platform(&image->pool, descriptor->os,
						 descriptor->architecture, descriptor->variant);
	return 0;
}

/* ---- index.json ---- */

static int read_index(struct observe_images *images, struct document *document, const char *tag,
		      unsigned depth, struct error *err);

static int read_nested(struct observe_images *images, const struct descriptor *descriptor,
		       unsigned depth, struct error *err)
{
	struct observe_table *table;
	const char *fault;

	if (depth == LIMIT_INDEX_DEPTH || images->nested_count == LIMIT_IMAGES)
		return refuse(images, STATUS_LIMIT, "it has too many image indexes", err);
	table = pool_new(&images->pool, 1, sizeof *table);
	images->nested[images->nested_count++] = table;
	table->name = "image index";
	if (read_document(images, descriptor, &table->document, &table->digest, &fault, err) < 0)
		return -1;
	if (fault)
		add_fault(images, table->name, "a JSON document", fault);
	return fault ? 0 : read_index(images, &table->document, NULL, depth + 1, err);
}

/* Follows the descriptors of an index; those with another tag, if there is one, are not meant. */
static int read_index(struct observe_images *images, struct document *document, const char *tag,
		      unsigned depth, struct error *err)
{
	const json_t *manifests = json_object_get(document->root, "manifests");
	struct image_index index;
	int result = 0;

	document_index(document, &index);
	for (size_t i = 0; i < index.count && result == 0; i++) {
		const struct descriptor *descriptor = &index.manifests[i];

		if (tag && !descriptor_is_named(descriptor, tag))
			continue;
		result = descriptor->media->kind == MEDIA_INDEX
			 ? read_nested(images, descriptor, depth, err)
			 : read_manifest(images, json_array_get(manifests, i), descriptor, err);
	}
	return result;
}

/* ---- manifest.json ---- */

/* Whether an image is the one that docker's table says, by the files of both. */
static bool is_same(const struct image *image, const struct digest *config,
		    const struct files_entry *const *layers, size_t count)
{
	if (!digest_equal(&image->config_digest, config) || image->layer_count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!layers[i] || !image->layers[i].entry
		    || layers[i]->file != image->layers[i].entry->file)
			return false;
	return true;
}

static struct image *find_same(const struct observe_images *images, const struct digest *config,
			       const struct files_entry *const *layers, size_t count)
{
	for (size_t i = 0; i < images->count; i++)
		if (is_same(&images->items[i], config, layers, count))
			return &images->items[i];
	return NULL;
}

/* Beside each layer docker's older archives have what older dockers read, and nothing else does. */
static void note_old_form(struct observe_images *images, const struct files_entry *layer)
{
	static const char *const names[] = { "VERSION", "json" };
	const char *slash = layer ? strrchr(layer->name, '/') : NULL;

	for (size_t i = 0; slash && i < sizeof names / sizeof names[0]; i++) {
		const int length = (int)(slash + 1 - layer->name);
		const char *name = pool_format(&images->pool, "%.*s%s", length, layer->name,
					       names[i]);
		const struct files_entry *entry = files_find(images->files, name);

		if (entry)
			note_used(images, entry);
	}
}

/* Fills an image that only docker's table leads to. */
static void take_docker(struct image *image, const struct buffer *config,
			const struct digest *digest, const struct files_entry *const *layers,
			size_t count)
{
	image->config_digest = *digest;
	image->config_fault = document_parse(&image->config, config);
	take_platform(image);
	image->layer_count = count;
	image->layers = pool_new(&image->pool, count, sizeof *image->layers);
	for (size_t i = 0; i < count; i++)
		image->layers[i].entry = layers[i];
}

/* Adds an image of docker's table, unless index.json has led to it before. */
static int add_docker(struct observe_images *images, const json_t *json,
		      const struct docker_image *docker, const struct buffer *config,
		      struct error *err)
{
	const struct digest digest = digest_of(config->bytes, config->length);
	const size_t count = docker->layer_count;
	const struct files_entry **layers = pool_new(&images->pool, count, sizeof *layers);
	struct image *image;

	for (size_t i = 0; i < count; i++)
		note_old_form(images, layers[i] = find_file(images, docker->layers[i], "a layer"));
	image = find_same(images, &digest, layers, count);
	if (!image) {
		image = add_image(images, err);
		if (!image)
			return -1;
		take_docker(image, config, &digest, layers, count);
	}
	image->docker = json;
	return 0;
}

static bool has_tag(const struct docker_image *docker, const char *tag)
{
	for (size_t i = 0; i < docker->tag_count; i++)
		if (reference_is(docker->tags[i], tag))
			return true;
	return false;
}

static int read_docker(struct observe_images *images, const char *tag, struct error *err)
{
	const struct files_entry *repositories = files_find(images->files, "repositories");
	struct docker_manifest manifest;
	int result = 0;

	if (repositories)
		note_used(images, repositories);
	document_docker(&images->docker.document, &manifest);
	for (size_t i = 0; i < manifest.count && result == 0; i++) {
		const struct docker_image *docker = &manifest.images[i];
		const struct files_entry *entry;
		struct buffer text;

		if (tag && !has_tag(docker, tag))
			continue;
		buffer_init(&text, LIMIT_INDEX_BYTES);
		entry = find_file(images, docker->config, "a config");
		if (entry)
			result = files_read(images->files, entry, &text, err);
		if (result == 0)
			result = add_docker(images,
					    json_array_get(images->docker.document.root, i),
					    docker, &text, err);
		buffer_free(&text);
	}
	return result;
}

/* ---- place ---- */

/* Reads a table of contents, if it is there. */
static int open_table(struct observe_images *images, struct observe_table *table, const char *name,
		      struct error *err)
{
	const struct files_entry *entry = files_find(images->files, name);
	struct buffer text;
	const char *fault = NULL;
	int result;

	table->name = name;
	if (!entry)
		return 0;
	note_used(images, entry);
	buffer_init(&text, LIMIT_INDEX_BYTES);
	result = files_read(images->files, entry, &text, err);
	if (result == 0) {
		table->digest = digest_of(text.bytes, text.length);
		fault = document_parse(&table->document, &text);
	}
	buffer_free(&text);
	if (fault)
		return error_set(err, STATUS_ARCHIVE, "cannot read '%s' in '%s': %s", name,
				 images->place, fault);
	return result;
}

static int read_tables(struct observe_images *images, const struct location *place,
		       struct error *err)
{
	if (open_table(images, &images->layout, "oci-layout", err) < 0
	    || open_table(images, &images->index, "index.json", err) < 0)
		return -1;
	if (place->kind != LOCATION_OCI
	    && open_table(images, &images->docker, "manifest.json", err) < 0)
		return -1;
	if (!images->index.document.root && !images->docker.document.root) {
		refuse(images, STATUS_ARCHIVE, "it has no table of contents", err);
		return error_hint(err, "a root file system is dir:DIR, or tar:FILE in an archive");
	}
	if (read_index(images, &images->index.document, place->tag, 0, err) < 0
	    || read_docker(images, place->tag, err) < 0)
		return -1;
	if (images->count > 0)
		return 0;
	if (!place->tag)
		return refuse(images, STATUS_ARCHIVE, "it has no image", err);
	return error_set(err, STATUS_ARCHIVE, "cannot read '%s': it has no image with the %s '%s'",
			 images->place, strchr(place->tag, ':') ? "name" : "tag", place->tag);
}

int observe_images_open(struct observe_images *images, const struct location *place,
			struct error *err)
{
	size_t count;

	*images = (struct observe_images){ .place = place->path, .partial = place->tag };
	if (files_open(&images->files, place, err) < 0) {
		images->files = NULL;
		return -1;
	}
	files_entries(images->files, &count);
	images->used = memory_new(count, sizeof *images->used);
	images->nested = pool_new(&images->pool, LIMIT_IMAGES, sizeof *images->nested);
	return read_tables(images, place, err);
}

void observe_images_close(struct observe_images *images)
{
	for (size_t i = 0; i < images->count; i++)
		image_free(&images->items[i]);
	for (size_t i = 0; i < images->nested_count; i++)
		document_free(&images->nested[i]->document);
	document_free(&images->layout.document);
	document_free(&images->index.document);
	document_free(&images->docker.document);
	if (images->files)
		files_close(images->files);
	free(images->used);
	free(images->faults);
	free(images->items);
	pool_free(&images->pool);
}
