/* SPDX-License-Identifier: Apache-2.0 */
/* Compares images: configurations, layers by their digests, manifests. */
#include "audit/image.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit/config.h"
#include "base/memory.h"

/* The digest of a document, or why it has none; the caller frees it. */
static char *describe_document(const struct image_document *document)
{
	char text[DIGEST_TEXT_BYTES];

	return document->fault ? memory_format("unreadable: %s", document->fault)
			       : memory_string(digest_write(&document->digest, text));
}

/*
 * Adds the digests of two documents, if they differ, or that one cannot be read; unless they are
 * the headline of the image, only if there is nothing else to say. Returns whether both can be
 * read.
 */
static bool compare_documents(struct audit *audit, enum audit_field field,
			      const struct image_document *expected,
			      const struct image_document *found, bool headline)
{
	const bool readable = !expected->fault && !found->fault;
	const bool same = readable && json_equal(expected->json.root, found->json.root);
	char *e = describe_document(expected), *f = describe_document(found);

	if (!readable || (strcmp(e, f) != 0 && (same || headline)))
		audit_add(audit, field, !readable ? AUDIT_CLASS_DAMAGE
			  : same ? AUDIT_CLASS_DOCUMENT : AUDIT_CLASS_DIGEST, "", e, f);
	free(e);
	free(f);
	return readable;
}

/* ---- layers ---- */

/* What a layer is: packed, or its tar. NULL without one. */
static char *describe_layer(const struct image *image, size_t number, bool packed)
{
	const struct image_layer *layer =
		number < image->layer_count ? &image->layers[number] : NULL;
	char text[DIGEST_TEXT_BYTES];

	if (!layer)
		return NULL;
	if (packed)
		return memory_format("%s, %" PRIu64 " bytes", digest_write(&layer->digest, text),
				     layer->size);
	if (layer->fault)
		return memory_format("unreadable: %s", layer->fault);
	return memory_format("diffID %s", digest_write(&layer->diff_id, text));
}

/* Whether it was added: what is said of one layer on both sides differs. */
static bool compare_layer(struct audit *audit, const struct image *expected,
			  const struct image *found, size_t number, bool packed)
{
	static const struct digest not_pinned;
	char *subject = memory_format("%zu", number);
	char *e = describe_layer(expected, number, packed),
	     *f = describe_layer(found, number, packed);
	/* A lock does not pin how a layer is compressed, only the manifest that says it. */
	const bool is_stated = !packed || !e || !expected->has_tree || !found->has_tree
			       || !digest_equal(&expected->layers[number].digest, &not_pinned);
	const bool differs = is_stated && (!e || !f || strcmp(e, f) != 0);

	/* Where all can be read, the files of both images are compared. */
	if (differs)
		audit_add(audit, AUDIT_LAYER, !expected->has_tree || !found->has_tree
			  ? AUDIT_CLASS_DAMAGE
			  : packed ? AUDIT_CLASS_COMPRESSION : AUDIT_CLASS_LAYERS, subject, e, f);
	free(f);
	free(e);
	free(subject);
	return differs;
}

/* Engines refuse an image whose configuration states other layers than it has. */
static void check_diff_ids(struct audit *audit, const struct image *image, bool expected)
{
	const struct image_config *config = image->config_fields;

	for (size_t i = 0; config && (i < image->layer_count || i < config->count); i++) {
		const struct image_layer *layer = i < image->layer_count ? &image->layers[i] : NULL;
		const bool stated = i < config->count && !config->diff_ids[i].fault;
		char text[DIGEST_TEXT_BYTES], *is = NULL, *subject;

		if (layer && (!layer->has_diff_id
			      || (stated && digest_equal(&config->diff_ids[i].digest,
							 &layer->diff_id))))
			continue;
		subject = memory_format("/rootfs/diff_ids/%zu", i);
		is = layer ? memory_format("of another layer, diffID %s",
					   digest_write(&layer->diff_id, text))
			   : memory_string("of no layer");
		audit_add(audit, AUDIT_LAYER, AUDIT_CLASS_DAMAGE, subject, expected ? is : NULL,
			  expected ? NULL : is);
		free(is);
		free(subject);
	}
}

static void compare_layers(struct audit *audit, const struct image *expected,
			   const struct image *found)
{
	const size_t count = expected->layer_count > found->layer_count ? expected->layer_count
									: found->layer_count;

	bool same = digest_equal(&expected->config.digest, &found->config.digest);

	/* The same tar, or none in either for the same reason, may be compressed otherwise. */
	for (size_t i = 0; i < count; i++)
		same = !compare_layer(audit, expected, found, i, false)
		       && !compare_layer(audit, expected, found, i, true) && same;
	if (!same) {
		check_diff_ids(audit, expected, true);
		check_diff_ids(audit, found, false);
	}
}

/* ---- manifest ---- */

/*
 * What a manifest may have beside annotations and what config and layers lead to (manifest.md).
 * Another member could be one that another reader knows.
 */
static bool is_known(const char *key)
{
	static const char *const known[] = {
		"artifactType", "config", "layers", "mediaType", "schemaVersion", "subject",
	};
	size_t i = 0;

	while (i < sizeof known / sizeof known[0] && strcmp(known[i], key) != 0)
		i++;
	return i < sizeof known / sizeof known[0];
}

/* Removes what is compared otherwise: annotations, and where config and layers are. */
static json_t *strip_manifest(const json_t *manifest)
{
	json_t *copy = json_deep_copy(manifest), *layer;
	size_t i;

	json_object_del(copy, "annotations");
	json_object_del(json_object_get(copy, "config"), "digest");
	json_object_del(json_object_get(copy, "config"), "size");
	json_array_foreach(json_object_get(copy, "layers"), i, layer)
	{
		json_object_del(layer, "digest");
		json_object_del(layer, "size");
	}
	return copy;
}

static bool has_kind(const json_t *object, enum media_kind kind)
{
	const struct descriptor descriptor = descriptor_read(object);

	return *descriptor.media_type == '\0' || descriptor.media->kind == kind;
}

/* Whether the media types of a manifest are those of an image, without which engines refuse it. */
static bool has_kinds(const json_t *manifest)
{
	const json_t *layers = json_object_get(manifest, "layers");
	bool right = has_kind(manifest, MEDIA_MANIFEST)
		     && has_kind(json_object_get(manifest, "config"), MEDIA_CONFIG);

	for (size_t i = 0; i < json_array_size(layers); i++)
		right = right && has_kind(json_array_get(layers, i), MEDIA_LAYER);
	return right;
}

static void compare_members(struct audit *audit, const json_t *expected, const json_t *found)
{
	const bool kinds = has_kinds(expected) == has_kinds(found);
	json_t *e = strip_manifest(expected), *f = strip_manifest(found), *all, *value;
	const char *key;

	audit_config_json(audit, AUDIT_ANNOTATION, AUDIT_CLASS_ANNOTATION, "",
			  json_object_get(expected, "annotations"),
			  json_object_get(found, "annotations"));
	all = json_copy(e);
	json_object_update_missing(all, f);
	json_object_foreach(all, key, value)
		audit_config_json(audit, AUDIT_MANIFEST, kinds && is_known(key)
				  ? AUDIT_CLASS_DOCUMENT : AUDIT_CLASS_RUN, key,
				  json_object_get(e, key), json_object_get(f, key));
	json_decref(all);
	json_decref(e);
	json_decref(f);
}

/* An image in docker's older archives has no manifest. */
static void compare_manifests(struct audit *audit, const struct image *expected,
			      const struct image *found)
{
	char *e, *f;

	if (expected->has_manifest && found->has_manifest) {
		compare_members(audit, expected->manifest.json.root, found->manifest.json.root);
		compare_documents(audit, AUDIT_MANIFEST, &expected->manifest, &found->manifest,
				  true);
	} else if (expected->has_manifest || found->has_manifest) {
		e = expected->has_manifest ? describe_document(&expected->manifest) : NULL;
		f = found->has_manifest ? describe_document(&found->manifest) : NULL;
		audit_add(audit, AUDIT_MANIFEST, AUDIT_CLASS_DIGEST, "", e, f);
		free(e);
		free(f);
	}
}

void audit_image(struct audit *audit, const struct image *expected, const struct image *found,
		 const json_t *labels)
{
	const json_t *e = json_object_get(expected->descriptor, "platform");
	const json_t *f = json_object_get(found->descriptor, "platform");

	/* An index need not state the platform, or may do so in other words. */
	if (expected->descriptor && found->descriptor)
		audit_config_json(audit, AUDIT_PLATFORM, AUDIT_CLASS_PLACE, "descriptor/platform",
				  e, f);
	if (expected->manifest.fault || found->manifest.fault) {
		compare_documents(audit, AUDIT_MANIFEST, &expected->manifest, &found->manifest,
				  true);
		return;
	}
	if (compare_documents(audit, AUDIT_CONFIG, &expected->config, &found->config,
			      !expected->has_manifest || !found->has_manifest))
		audit_config(audit, expected->config.json.root, found->config.json.root, labels);
	compare_layers(audit, expected, found);
	compare_manifests(audit, expected, found);
}

void audit_image_alone(struct audit *audit, const struct image *expected, const struct image *found)
{
	audit_add(audit, AUDIT_PLATFORM, AUDIT_CLASS_PLATFORM,
		  (expected ? expected : found)->platform, expected ? "an image" : NULL,
		  found ? "an image" : NULL);
}
