/* SPDX-License-Identifier: Apache-2.0 */
/* Collects the images of a place and notes what the place does not keep. */
#include "audit/observe_images.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/listing.h"
#include "image/reference.h"

#define LISTS (2 * LIMIT_IMAGES)	/* one for each image, and one for each index */

static int refuse(const struct observe_images *images, enum status status, const char *reason)
{
	return error_set(images->walk.err, status, "cannot read '%s': %s", images->walk.place,
			 reason);
}

/* ---- faults ---- */

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
	char text[DIGEST_TEXT_BYTES];

	return pool_format(&images->pool, "%s, %" PRIu64 " bytes", digest_write(digest, text),
			   size);
}

/* Without its tables of contents a place cannot be compared; all else is noted. */
static int take_fault(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		      const char *reason)
{
	struct observe_images *images = walk->context;
	const struct descriptor *descriptor = file->descriptor;
	const bool table = !file->user;
	const char *stated = descriptor && fault != WALK_DESCRIPTOR
			     ? describe_blob(images, &descriptor->digest, descriptor->size)
			     : file->role == IMAGE_LAYER ? "a layer" : "a config";

	switch (fault) {
	case WALK_DESCRIPTOR:
		add_fault(images, "descriptor", "a digest and a size", reason);
		return 0;
	case WALK_MISSING:
		if (!table)
			add_fault(images, file->name, stated, "nothing");
		return 0;
	case WALK_NO_FILE:
		if (!table) {
			add_fault(images, file->name, stated, reason ? reason : "no file");
			return 0;
		}
		return error_set(walk->err, STATUS_ARCHIVE, "cannot read '%s' in '%s': %s",
				 file->name, walk->place, reason ? reason : "not a regular file");
	case WALK_MISMATCH:
		add_fault(images, file->name, stated,
			  describe_blob(images, &walk_state(walk, file->entry->file)->digest,
					file->entry->size));
		return 0;
	case WALK_LARGE:
		return error_set(walk->err, STATUS_LIMIT,
				 "cannot read '%s' in '%s': larger than %llu bytes", file->name,
				 walk->place, LIMIT_INDEX_BYTES);
	case WALK_NOT_JSON:
		/* Of an image it is a difference. */
		return table ? error_set(walk->err, STATUS_ARCHIVE, "cannot read '%s' in '%s': %s",
					 file->name, walk->place, reason) : 0;
	case WALK_EXHAUSTED:
		return refuse(images, STATUS_LIMIT, reason);
	case WALK_DEEP:
		break;		/* take_entry stops before */
	}
	return refuse(images, STATUS_LIMIT, "it has too much of something");
}

/* ---- images ---- */

static void add_extra(struct observe_images *images, bool referrer, const struct digest *digest,
		      const char *what)
{
	char text[DIGEST_TEXT_BYTES];

	images->extras = memory_resize(images->extras, images->extra_count + 1,
				       sizeof *images->extras);
	images->extras[images->extra_count++] = (struct observe_extra){
		.referrer = referrer, .what = pool_string(&images->pool, what),
		.subject = pool_string(&images->pool, digest_write(digest, text)),
	};
}

/* Whether an image that is there already is this one under another name, which is noted. */
static bool is_known(struct observe_images *images, const struct image *image,
		     const struct descriptor *descriptor)
{
	for (size_t i = 0; i < images->count && !image->manifest.fault; i++) {
		const struct image *other = &images->items[i];

		if (!other->has_manifest || other->manifest.fault
		    || strcmp(other->platform, image->platform) != 0
		    || !digest_equal(&other->manifest.digest, &image->manifest.digest))
			continue;
		if (descriptor->reference || descriptor->name)
			add_extra(images, false, &image->manifest.digest,
				  pool_format(&images->pool, "the name '%s'", descriptor->reference
					      ? descriptor->reference : descriptor->name));
		return true;
	}
	return false;
}

/*
 * What a manifest is that no engine runs; NULL for an image, and for what is damaged. Engines
 * choose by name, or by the platform of the index or else of the configuration, and look at neither
 * subject nor artifactType. So what has a platform is an image, unless it is "unknown", as BuildKit
 * has it for attestations. Of the others, what lacks an image's configuration or layers is none,
 * nor is what has no name but a subject or an artifactType.
 */
static const char *referrer_name(const struct image *image, const struct descriptor *descriptor,
				 bool damaged)
{
	const struct image_manifest *manifest = image->manifest_fields;
	const struct image_config *config = image->config_fields;
	const json_t *type = json_object_get(image->manifest.json.root, "artifactType");
	const json_t *reference = json_object_get(descriptor->annotations,
						  "vnd.docker.reference.type");
	const bool named = descriptor->reference || descriptor->name;
	bool layers = false, typed;

	if (descriptor->has_platform && (strcmp(descriptor->os, "unknown") != 0
					 || strcmp(descriptor->architecture, "unknown") != 0))
		return NULL;
	if (descriptor->has_platform && !named)
		return json_is_string(reference) ? json_string_value(reference)
						 : "a manifest for no platform";
	if (!manifest || damaged)
		return NULL;
	typed = *manifest->config.media_type && manifest->config.media->kind != MEDIA_CONFIG;
	if (config ? (*config->os || *config->architecture) && strcmp(config->os, "unknown") != 0
		   : !typed)
		return NULL;
	for (size_t i = 0; i < manifest->count; i++)
		layers = layers || manifest->layers[i].media->kind == MEDIA_LAYER
			 || *manifest->layers[i].media_type == '\0';
	if (typed)
		return json_is_string(type) ? json_string_value(type)
					    : manifest->config.media_type;
	if (manifest->count > 0 && !layers)
		return manifest->layers[0].media_type;
	if (!named && (json_is_string(type) || manifest->subject))
		return json_is_string(type) ? json_string_value(type) : "a manifest with a subject";
	return NULL;
}

/* Takes an image over, also on failure. */
static int add_image(struct observe_images *images, struct image *image)
{
	if (images->count == LIMIT_IMAGES) {
		image_free(image);
		return refuse(images, STATUS_LIMIT, "it has too many images");
	}
	images->items = memory_resize(images->items, images->count + 1, sizeof *images->items);
	images->items[images->count++] = *image;
	return 0;
}

/* A list of referrers is no index of images, even if it leads to one. */
static bool is_list(const struct observe_images *images, const struct walk_entry *entry)
{
	const char *tag = entry->descriptor->reference;

	return !images->tag && !images->registry && entry->depth == 0 && tag && listing_is_tag(tag);
}

static int take_index(struct observe_images *images, const struct walk_entry *entry)
{
	const bool list = is_list(images, entry);
	size_t *count = list ? &images->list_count : &images->nested_count;
	struct image_document *index;

	if (entry->depth == LIMIT_INDEX_DEPTH || *count == (list ? LISTS : LIMIT_IMAGES))
		return refuse(images, STATUS_LIMIT, "it has too many image indexes");
	index = pool_new(&images->pool, 1, sizeof *index);
	(list ? images->lists : images->nested)[(*count)++] = index;
	if (walk_index(&images->walk, entry, index) < 0)
		return -1;
	if (index->fault)
		add_fault(images, "image index", "a JSON document", index->fault);
	return 0;
}

static int take_entry(struct walk *walk, const struct walk_entry *entry)
{
	struct observe_images *images = walk->context;
	const size_t faults = images->fault_count;
	const char *referrer;
	struct image image;
	int result;

	if (images->tag && entry->depth == 0
	    && !descriptor_is_named(entry->descriptor, images->tag))
		return 0;
	if (entry->descriptor->media->kind == MEDIA_INDEX)
		return take_index(images, entry);
	result = walk_image(walk, entry, &image);
	/* There, no index leads to a single image. */
	if (images->registry && entry->depth == 0)
		image.descriptor = NULL;
	if (result > 0)
		result = walk_config(walk, &image);
	if (result < 0) {
		image_free(&image);
		return -1;
	}
	if (!image.platform)
		image.platform = "unknown";
	referrer = referrer_name(&image, entry->descriptor, images->fault_count > faults
				 || image.manifest.fault);
	if (referrer) {
		add_extra(images, true, &entry->descriptor->digest, referrer);
		for (size_t i = faults; i < images->fault_count; i++)
			images->faults[i].referrer = true;
	} else if (!is_known(images, &image, entry->descriptor)) {
		return add_image(images, &image);
	}
	image_free(&image);
	return 0;
}

/* ---- manifest.json ---- */

/* Whether two images have the same files. */
static bool is_same(const struct image *one, const struct image *other)
{
	if (!digest_equal(&one->config.digest, &other->config.digest)
	    || one->layer_count != other->layer_count)
		return false;
	for (size_t i = 0; i < one->layer_count; i++) {
		const struct files_entry *a = one->layers[i].file.entry;
		const struct files_entry *b = other->layers[i].file.entry;

		if (!a || !b || a->file != b->file)
			return false;
	}
	return true;
}

/* Beside each layer docker's older archives have what older dockers read, and nothing else does. */
static void use_old_form(struct observe_images *images, const struct files_entry *layer)
{
	static const char *const names[] = { "VERSION", "json" };
	const char *slash = layer ? strrchr(layer->name, '/') : NULL;

	for (size_t i = 0; slash && i < sizeof names / sizeof names[0]; i++) {
		const int length = (int)(slash + 1 - layer->name);
		const char *name = pool_format(&images->pool, "%.*s%s", length, layer->name,
					       names[i]);
		const struct files_entry *entry = files_find(images->walk.files, name);

		if (entry)
			walk_use(&images->walk, entry);
	}
}

/* Adds an image of docker's table, unless index.json has led to it before. */
static int take_docker(struct observe_images *images, const struct docker_image *docker,
		       const json_t *json)
{
	struct walk *walk = &images->walk;
	struct image image;

	if (walk_docker(walk, docker, json, &image) < 0 || walk_config(walk, &image) < 0) {
		image_free(&image);
		return -1;
	}
	for (size_t i = 0; i < image.layer_count; i++)
		use_old_form(images, image.layers[i].file.entry);
	/* A configuration that is not there is compared as an empty one. */
	if (!image.config.file.entry) {
		image.config.digest = digest_of("", 0);
		image.config.fault = document_parse(&image.config.json, &(struct buffer){ 0 });
	}
	if (!image.platform)
		image.platform = "unknown";
	for (size_t i = 0; i < images->count; i++)
		if (is_same(&images->items[i], &image)) {
			images->items[i].docker = json;
			image_free(&image);
			return 0;
		}
	return add_image(images, &image);
}

static bool has_tag(const struct docker_image *docker, const char *tag)
{
	for (size_t i = 0; i < docker->tag_count; i++)
		if (reference_is(docker->tags[i], tag))
			return true;
	return false;
}

/* ---- place ---- */

/* With a tag on two images for one platform, engines take one or the other. */
static int check_tag(const struct observe_images *images)
{
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < images->count; i++)
		for (size_t j = i + 1; j < images->count; j++)
			if (strcmp(images->items[i].platform, images->items[j].platform) == 0)
				return error_set(
					images->walk.err, STATUS_ARCHIVE,
					"cannot choose '%s' in '%s': two images for %s have it, %s "
					"and %s", images->tag, images->walk.place,
					images->items[i].platform,
					digest_write(&images->items[i].manifest.digest, one),
					digest_write(&images->items[j].manifest.digest, other));
	return 0;
}

int observe_images_open(struct observe_images *images, const struct location *place,
			struct error *err)
{
	static const struct walk_visitor visitor = { .fault = take_fault, .entry = take_entry };
	const struct files_entry *repositories;
	struct docker_manifest manifest;
	struct walk *walk = &images->walk;
	const char *tag = place->tag;

	*images = (struct observe_images){
		.tag = tag, .partial = tag, .registry = place->kind == LOCATION_REGISTRY,
	};
	if (walk_open(walk, place, &visitor, images, err) < 0)
		return -1;
	walk->documents = LIMIT_OBSERVED_DOCUMENTS_BYTES;
	walk->values = LIMIT_OBSERVED_VALUES;
	walk->stored = UINT64_MAX;
	images->nested = pool_new(&images->pool, LIMIT_IMAGES, sizeof *images->nested);
	images->lists = pool_new(&images->pool, LISTS, sizeof *images->lists);
	if (walk_table(walk, IMAGE_LAYOUT, &images->layout) < 0
	    || walk_table(walk, IMAGE_INDEX_FILE, &images->index) < 0
	    || (place->kind != LOCATION_OCI
		&& walk_table(walk, IMAGE_DOCKER, &images->docker) < 0))
		return -1;
	if (!images->index.json.root && !images->docker.json.root) {
		refuse(images, STATUS_ARCHIVE, "it has no table of contents");
		return error_hint(err, "a root file system is dir:DIR, or tar:FILE in an archive");
	}
	if (walk_entries(walk, &images->index, 0) < 0)
		return -1;
	repositories = files_find(walk->files, "repositories");
	if (repositories)
		walk_use(walk, repositories);
	document_docker(&images->docker.json, &manifest);
	for (size_t i = 0; i < manifest.count; i++)
		if ((!tag || has_tag(&manifest.images[i], tag))
		    && take_docker(images, &manifest.images[i],
				   json_array_get(images->docker.json.root, i)) < 0)
			return -1;
	if (images->count > 0)
		return tag ? check_tag(images) : 0;
	if (!tag)
		return refuse(images, STATUS_ARCHIVE, "it has no image");
	return error_set(err, STATUS_ARCHIVE, "cannot read '%s': it has no image with the %s '%s'",
			 place->path, strchr(tag, ':') ? "name" : "tag", tag);
}

void observe_images_close(struct observe_images *images)
{
	for (size_t i = 0; i < images->count; i++)
		image_free(&images->items[i]);
	for (size_t i = 0; i < images->nested_count; i++)
		document_free(&images->nested[i]->json);
	for (size_t i = 0; i < images->list_count; i++)
		document_free(&images->lists[i]->json);
	document_free(&images->layout.json);
	document_free(&images->index.json);
	document_free(&images->docker.json);
	free(images->extras);
	free(images->faults);
	free(images->items);
	pool_free(&images->pool);
	walk_close(&images->walk);
}
