/* SPDX-License-Identifier: Apache-2.0 */
/* The documents, blobs and layout of OCI images. */
#include "build/oci.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "build/compress.h"
#include "image/document.h"
#include "image/listing.h"
#include "image/reference.h"
#include "tree/layer.h"

#define TYPE "application/vnd.oci.image."
#define TYPE_INDEX TYPE "index.v1+json"
#define TYPE_MANIFEST TYPE "manifest.v1+json"
#define TYPE_CONFIG TYPE "config.v1+json"
#define TYPE_LAYER TYPE "layer.v1.tar"

/* The annotation of index.json that marks bundler's layouts, and that of its manifests. */
#define MARK "bundler.compat"
#define MANIFEST_MARK "bundler.release"

/* The names of an image in an index.json: its tag, and the whole name. */
#define TAG "org.opencontainers.image.ref.name"
#define NAME "io.containerd.image.name"

/* Media type and, in the reviewable style, file name of a layer, by its compression. */
static const struct {
	const char *media_type, *file;
} layer_kinds[COMPRESSIONS_OF_LAYERS] = {
	[COMPRESSION_NONE] = { TYPE_LAYER, "rootfs.tar" },
	[COMPRESSION_GZIP] = { TYPE_LAYER "+gzip", "rootfs.tar.gz" },
	[COMPRESSION_ZSTD] = { TYPE_LAYER "+zstd", "rootfs.tar.zst" },
};

/* The tar is hashed, compressed unless it stays plain, and stored. */
struct layer_stream {
	struct digest_state diff_id;
	struct channel *compress;
	struct content_writer writer;
};

static int store(void *context, const void *bytes, size_t length)
{
	struct layer_stream *stream = context;

	return content_add(&stream->writer, bytes, length);
}

static int take_tar(void *context, const void *bytes, size_t length)
{
	struct layer_stream *stream = context;

	digest_add(&stream->diff_id, bytes, length);
	return stream->compress ? channel_add(stream->compress, bytes, length)
				: store(stream, bytes, length);
}

/* The layer of tree or, if it is NULL, of archive. */
static int make_layer(struct oci_layer *layer, const struct tree *tree, int archive,
		      enum compression compression, int directory, const char *name,
		      struct error *err)
{
	struct layer_stream stream = { .compress = NULL };
	int result;

	layer->compression = compression;
	layer->blob = (struct content){ .fd = -1 };
	digest_init_output(&stream.diff_id);
	content_begin(&stream.writer, directory);
	if (compression != COMPRESSION_NONE)
		stream.compress = compress_open(compression, store, &stream);
	result = tree ? layer_stream(tree, take_tar, &stream, name, err)
		      : layer_copy(archive, take_tar, &stream, name, err);
	if (stream.compress && channel_close(stream.compress) < 0 && result == 0)
		result = error_errno(err, STATUS_FILE, "cannot store the layer of '%s'", name);
	if (result == 0 && content_end(&stream.writer, &layer->blob) < 0)
		result = error_errno(err, STATUS_FILE, "cannot store the layer of '%s'", name);
	content_abandon(&stream.writer);
	layer->diff_id = digest_read(&stream.diff_id);
	return result;
}

int oci_layer_make(struct oci_layer *layer, const struct tree *tree,
		   enum compression compression, int directory, const char *name,
		   struct error *err)
{
	return make_layer(layer, tree, -1, compression, directory, name, err);
}

int oci_layer_pack(struct oci_layer *layer, int archive, enum compression compression,
		   int directory, const char *name, struct error *err)
{
	return make_layer(layer, NULL, archive, compression, directory, name, err);
}

/* Shared by the functions that describe one image. */
struct description {
	const struct recipe *recipe;
	const struct lock *lock;
	const struct recipe_flavour *flavour;
	const struct oci_image *image;
	int64_t epoch;
	struct pool pool;
	struct error *err;
	int result;
};

/* Adds a member unless it is empty, as Go's omitempty does. Takes over value. */
static void set_new(json_t *object, const char *key, json_t *value)
{
	if (json_array_size(value) == 0 && json_object_size(value) == 0
	    && !(json_is_string(value) && json_string_length(value) > 0))
		json_decref(value);
	else
		json_object_set_new(object, key, value);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(object, key, json_string(text));
}

static const char *expand(struct description *d, const char *template)
{
	const char *text = recipe_expand(d->recipe, d->image->platform, &d->pool, template, d->err);

	if (!text)
		d->result = -1;
	return text ? text : "";
}

static json_t *expand_list(struct description *d, const struct recipe_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, json_string(expand(d, list->items[i])));
	return array;
}

static json_t *describe_ports(const struct recipe_list *ports)
{
	json_t *object = json_object();

	for (size_t i = 0; i < ports->count; i++) {
		char *port = memory_format("%s%s", ports->items[i],
					   strchr(ports->items[i], '/') ? "" : "/tcp");

		json_object_set_new(object, port, json_object());
		free(port);
	}
	return object;
}

static json_t *describe_env(const struct description *d)
{
	const struct recipe_image *image = &d->recipe->image;
	json_t *array = json_array();

	for (size_t i = 0; i < image->env_count; i++) {
		const struct recipe_variable *variable = &image->env[i];

		if (!variable->os || strcmp(variable->os, d->image->platform->os) == 0)
			json_array_append_new(array, json_string(variable->text));
	}
	return array;
}

/* For the config's labels, which Docker shows, and the manifest's annotations, for registries. */
static json_t *describe_labels(struct description *d)
{
	const struct recipe_image *image = &d->recipe->image;
	json_t *object = json_object();

	for (size_t i = 0; i < image->label_count; i++)
		json_object_set_new(object, image->labels[i].name,
				    json_string(expand(d, image->labels[i].value)));
	json_object_set_new(object, MANIFEST_MARK, json_string(d->lock->release));
	return object;
}

static json_t *describe_execution(struct description *d)
{
	const struct recipe_image *image = &d->recipe->image;
	const struct recipe_flavour *flavour = d->flavour;
	json_t *object = json_object();

	set_text(object, "User", flavour && flavour->user ? flavour->user : image->user);
	set_new(object, "ExposedPorts", describe_ports(&image->ports));
	set_new(object, "Env", describe_env(d));
	set_new(object, "Entrypoint", expand_list(d, &image->entrypoint));
	set_new(object, "Cmd", expand_list(d, &image->cmd));
	set_text(object, "WorkingDir",
		 flavour && flavour->workdir ? flavour->workdir : image->workdir);
	set_new(object, "Labels", describe_labels(d));
	set_text(object, "StopSignal", image->stop_signal);
	return object;
}

static json_t *describe_config(struct description *d)
{
	const struct platform *platform = d->image->platform;
	const time_t seconds = (time_t)d->epoch;
	char created[24], diff_id[DIGEST_TEXT_BYTES];
	struct tm parts;
	json_t *config;

	gmtime_r(&seconds, &parts);
	strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", &parts);	/* RFC 3339 */
	config = json_pack("{s:s, s:s, s:s}", "created", created,
			   "architecture", platform->architecture, "os", platform->os);
	set_text(config, "variant", platform->variant);
	json_object_set_new(config, "config", describe_execution(d));
	json_object_set_new(config, "rootfs", json_pack("{s:s, s:[s]}", "type", "layers",
							"diff_ids",
		digest_write(&d->image->layer.diff_id, diff_id)));
	json_object_set_new(config, "history", json_pack("[{s:s, s:s}]", "created", created,
		"created_by", "bundler image"));
	return config;
}

static json_t *describe_blob(const char *media_type, const struct content *blob)
{
	char digest[DIGEST_TEXT_BYTES];

	return json_pack("{s:s, s:s, s:I}", "mediaType", media_type,
			 "digest", digest_write(&blob->digest, digest),
			 "size", (json_int_t)blob->size);
}

static json_t *describe_manifest(struct description *d)
{
	const struct oci_image *image = d->image;
	const char *type = layer_kinds[image->layer.compression].media_type;

	return json_pack("{s:i, s:s, s:o, s:[o], s:o}", "schemaVersion", 2,
			 "mediaType", TYPE_MANIFEST,
			 "config", describe_blob(TYPE_CONFIG, &image->config),
			 "layers", describe_blob(type, &image->layer.blob),
			 "annotations", describe_labels(d));
}

static struct content encode(json_t *document, const struct oci_style *style)
{
	return document_write(document, style->doi ? JSON_INDENT(2) : JSON_COMPACT);
}

int oci_image_describe(struct oci_image *image, const struct recipe *recipe,
		       const struct lock *lock, const struct recipe_flavour *flavour, int64_t epoch,
		       const struct oci_style *style, struct error *err)
{
	struct description d = {
		.recipe = recipe, .lock = lock, .flavour = flavour, .image = image, .epoch = epoch,
		.err = err,
	};

	image->config = encode(describe_config(&d), style);
	image->manifest = encode(describe_manifest(&d), style);
	pool_free(&d.pool);
	return d.result;
}

void oci_image_init(struct oci_image *image)
{
	*image = (struct oci_image){
		.layer.blob.fd = -1, .config.fd = -1, .manifest.fd = -1,
	};
}

void oci_image_free(struct oci_image *image)
{
	content_free(&image->layer.blob);
	content_free(&image->config);
	content_free(&image->manifest);
}

static int add_file(struct tree *tree, const char *path, struct content content, struct error *err)
{
	return tree_add_file(tree, path, 0644, 0, 0, content, err);
}

/* Shared by the functions that fill a layout. */
struct layout {
	struct tree *tree;
	struct oci_image *images;
	size_t count;
	const struct oci_style *style;
	struct error *err;
};

#define BLOBS "/blobs/sha256/"

/* The path of a blob; it is in the buffer. */
static const char *blob_path(const struct digest *digest,
			     char path[sizeof BLOBS + DIGEST_HEX_BYTES])
{
	memcpy(path, BLOBS, strlen(BLOBS));
	digest_write_hex(digest, path + strlen(BLOBS));
	return path;
}

int oci_layout_add(struct tree *tree, struct content *blob, struct error *err)
{
	char path[sizeof BLOBS + DIGEST_HEX_BYTES];
	struct content content = *blob;

	*blob = (struct content){ .fd = -1 };
	if (!tree_find(tree, blob_path(&content.digest, path)))
		return add_file(tree, path, content, err);
	content_free(&content);
	return 0;
}

/*
 * Adds a blob, unless another image has added it, under its digest; in the reviewable style, as a
 * link to the file name. Takes blob over.
 */
static int add_blob(struct layout *layout, struct content *blob, const char *name)
{
	char path[sizeof BLOBS + DIGEST_HEX_BYTES];
	struct content content = *blob;
	int result;
	char *file;

	if (!layout->style->doi || tree_find(layout->tree, blob_path(&blob->digest, path)))
		return oci_layout_add(layout->tree, blob, layout->err);
	*blob = (struct content){ .fd = -1 };
	file = memory_format("/%s", name);
	result = add_file(layout->tree, file, content, layout->err);
	free(file);
	file = memory_format("../../%s", name);
	if (result == 0)
		result = tree_add_link(layout->tree, path, file, 0, 0, layout->err);
	free(file);
	return result;
}

/* The entry of an image in an index (image-index.md). */
static json_t *describe_image(const struct oci_image *image)
{
	const struct platform *platform = image->platform;
	json_t *descriptor = describe_blob(TYPE_MANIFEST, &image->manifest);
	json_t *object = json_pack("{s:s, s:s}", "os", platform->os, "architecture",
				   platform->architecture);

	set_text(object, "variant", platform->variant);
	json_object_set_new(descriptor, "platform", object);
	return descriptor;
}

static json_t *describe_index(json_t *manifests)
{
	return json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType", TYPE_INDEX,
			 "manifests", manifests);
}

/* The tag of an entry in an index, or NULL. */
static const char *tag_of(const json_t *entry)
{
	return json_string_value(json_object_get(json_object_get(entry, "annotations"), TAG));
}

bool oci_has_index(size_t count, const struct oci_style *style)
{
	return count != 1 || (style->beside && style->beside->entries);
}

struct content oci_index(const struct oci_image *images, size_t count,
			 const struct oci_style *style)
{
	json_t *manifests = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(manifests, describe_image(&images[i]));
	if (style->beside && style->beside->entries)
		json_array_extend(manifests, style->beside->entries);
	return encode(describe_index(manifests), style);
}

/* The entry in index.json: the descriptor of the one image, or of an index of several. */
static json_t *describe_entry(struct layout *layout)
{
	json_t *descriptor;
	struct content index;

	if (!oci_has_index(layout->count, layout->style))
		return describe_image(&layout->images[0]);
	index = oci_index(layout->images, layout->count, layout->style);
	descriptor = describe_blob(TYPE_INDEX, &index);
	if (add_blob(layout, &index, "image-index.json") == 0)
		return descriptor;
	json_decref(descriptor);
	return NULL;
}

/* Puts an entry in the place of those with its tag, before the first one with a greater tag. */
static void set_entry(json_t *manifests, json_t *entry, const char *tag)
{
	size_t i = 0, place = SIZE_MAX;

	while (i < json_array_size(manifests)) {
		const char *other = tag_of(json_array_get(manifests, i));
		const int order = other && tag ? strcmp(other, tag) : -1;

		if (order > 0 && place == SIZE_MAX)
			place = i;
		if (order == 0)
			json_array_remove(manifests, i);
		else
			i++;
	}
	json_array_insert_new(manifests, place < i ? place : i, entry);
}

/* Adds a list of referrers under its tag, with what the layout had in it. */
static int add_list(struct tree *tree, json_t *manifests, const char *tag, const json_t *list,
		    const struct oci_style *style, struct error *err)
{
	const json_t *old = json_object_get(style->lists, tag);
	json_t *whole = old ? json_deep_copy(old) : listing_new(), *entry;
	struct content content;

	listing_join(whole, list);
	content = document_write(whole, JSON_COMPACT);
	entry = describe_blob(TYPE_INDEX, &content);
	json_object_set_new(entry, "annotations", json_pack("{s:s}", TAG, tag));
	set_entry(manifests, entry, tag);
	return oci_layout_add(tree, &content, err);
}

/* The names of an image in its entry, in the place of those that it may have. */
static void set_names(json_t *entry, const struct oci_style *style)
{
	json_t *annotations = json_object_get(entry, "annotations");

	json_object_del(annotations, NAME);
	json_object_del(annotations, TAG);
	if (style->tag && !json_is_object(annotations)) {
		annotations = json_object();
		json_object_set_new(entry, "annotations", annotations);
	}
	/* podman would name an archive's image by the tag alone; this is the whole name. */
	if (style->tag && style->docker)
		json_object_set_new(annotations, NAME,
				    json_sprintf("%s%s:%s", reference_prefix(style->name),
						 style->name, style->tag));
	if (style->tag)
		json_object_set_new(annotations, TAG, json_string(style->tag));
}

int oci_layout_tables(struct tree *tree, json_t *entry, json_t *lists,
		      const struct oci_style *style, struct error *err)
{
	static const char version[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	json_t *index = style->index ? json_deep_copy(style->index) : describe_index(json_array());
	json_t *manifests = json_object_get(index, "manifests"), *list;
	const char *tag;

	set_names(entry, style);
	set_entry(manifests, entry, style->tag);
	json_object_foreach(lists, tag, list)
		if (add_list(tree, manifests, tag, list, style, err) < 0)
			goto fail;
	if (!style->index)
		json_object_set_new(index, "annotations", json_object());
	json_object_set_new(json_object_get(index, "annotations"), MARK,
			    json_sprintf("%d", LOCK_COMPAT));
	if (add_file(tree, "/oci-layout", content_of(version, strlen(version)), err) == 0)
		return add_file(tree, "/index.json", encode(index, style), err);
fail:
	json_decref(index);
	return -1;
}

/* The table of contents of docker load; its names are paths in the archive. */
static int add_docker_manifest(struct layout *layout)
{
	const struct oci_style *style = layout->style;
	json_t *array = json_array();

	for (size_t i = 0; i < layout->count; i++) {
		const struct oci_image *image = &layout->images[i];
		const char *platform = layout->count == 1 ? ""
				       : strchr(image->platform->directory, '-');
		char config[DIGEST_HEX_BYTES], layer[DIGEST_HEX_BYTES];
		json_t *tags = json_array();

		digest_write_hex(&image->config.digest, config);
		digest_write_hex(&image->layer.blob.digest, layer);
		if (style->tag)
			json_array_append_new(tags, json_sprintf("%s:%s%s", style->name,
								 style->tag, platform));
		json_array_append_new(array, json_pack("{s:o, s:o, s:[o]}",
			"Config", json_sprintf("blobs/sha256/%s", config),
			"RepoTags", tags,
			"Layers", json_sprintf("blobs/sha256/%s", layer)));
	}
	return add_file(layout->tree, "/manifest.json", encode(array, style), layout->err);
}

int oci_layout_fill(struct tree *tree, struct oci_image *images, size_t count,
		    const struct oci_style *style, struct error *err)
{
	struct layout layout = {
		.tree = tree, .images = images, .count = count, .style = style, .err = err,
	};
	struct oci_beside *beside = style->beside;
	json_t *entry = describe_entry(&layout);

	if (!entry || oci_layout_tables(tree, entry, beside ? beside->lists : NULL, style, err) < 0
	    || (style->docker && add_docker_manifest(&layout) < 0))
		return -1;
	for (size_t i = 0; beside && i < beside->blob_count; i++)
		if (oci_layout_add(tree, &beside->blobs[i], err) < 0)
			return -1;
	for (size_t i = 0; i < count; i++) {
		struct oci_image *image = &images[i];
		const char *layer = layer_kinds[image->layer.compression].file;

		if (add_blob(&layout, &image->layer.blob, layer) < 0
		    || add_blob(&layout, &image->config, "image-config.json") < 0
		    || add_blob(&layout, &image->manifest, "image-manifest.json") < 0)
			return -1;
	}
	return 0;
}

static bool is_marked(const json_t *root, const char *mark)
{
	return json_is_string(json_object_get(json_object_get(root, "annotations"), mark));
}

bool oci_index_is_ours(const json_t *root)
{
	return is_marked(root, MARK) && json_is_array(json_object_get(root, "manifests"));
}

bool oci_manifest_is_ours(const json_t *root)
{
	return is_marked(root, MANIFEST_MARK);
}

bool oci_has_tag(const json_t *entry, const char *tag)
{
	const char *other = tag_of(entry);

	return other && strcmp(other, tag) == 0;
}
