/* SPDX-License-Identifier: Apache-2.0 */
/* Compares images: documents by their members, layers by their digests. */
#include "audit/image.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit/json.h"
#include "audit/pairs.h"
#include "base/memory.h"

/* What becomes of the differences of two JSON values. */
struct taker {
	struct audit *audit;
	enum audit_field field;
	const char *prefix;	/* of the subject */
	bool note;
};

static struct audit_finding *add_json(const struct taker *taker, enum audit_field field,
				      const char *subject, const json_t *expected,
				      const json_t *found)
{
	char *e = audit_json_text(expected), *f = audit_json_text(found);
	struct audit_finding *finding = audit_add(taker->audit, field, subject, e, f);

	if (finding)
		finding->note = taker->note;
	free(e);
	free(f);
	return finding;
}

/* Adds a difference under the taker's field; its subject is the prefix and the pointer. */
static void take(void *context, const char *pointer, const json_t *expected, const json_t *found)
{
	const struct taker *taker = context;
	char *subject = memory_format("%s%s", taker->prefix, pointer);

	add_json(taker, taker->field, subject, expected, found);
	free(subject);
}

/* Digests of one thing on both sides; true when they are the same. */
static bool compare_digests(struct audit *audit, enum audit_field field, const char *subject,
			    const struct digest *expected, const struct digest *found,
			    const char *remark)
{
	char e[DIGEST_TEXT_BYTES], f[DIGEST_TEXT_BYTES];
	struct audit_finding *finding;

	if (digest_equal(expected, found))
		return true;
	finding = audit_add(audit, field, subject, digest_write(expected, e),
			    digest_write(found, f));
	if (finding)
		finding->remark = remark;
	return false;
}

/* Two documents of which one cannot be read, or none. */
static void compare_readings(struct audit *audit, enum audit_field field,
			     const struct digest *expected, const char *expected_fault,
			     const struct digest *found, const char *found_fault)
{
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];
	char *e = expected_fault ? memory_format("unreadable: %s", expected_fault) : NULL;
	char *f = found_fault ? memory_format("unreadable: %s", found_fault) : NULL;

	audit_add(audit, field, "", e ? e : digest_write(expected, one),
		  f ? f : digest_write(found, other));
	free(f);
	free(e);
}

/* ---- config ---- */

/* Keys that are not about how the image is run. Docker's own come with its builder. */
static const struct {
	const char *pointer;
	enum audit_field field;
} keys[] = {
	{ "/architecture", AUDIT_PLATFORM },
	{ "/os", AUDIT_PLATFORM },
	{ "/os.features", AUDIT_PLATFORM },
	{ "/os.version", AUDIT_PLATFORM },
	{ "/variant", AUDIT_PLATFORM },
	{ "/author", AUDIT_HISTORY },
	{ "/created", AUDIT_HISTORY },
	{ "/history", AUDIT_HISTORY },
	{ "/container", AUDIT_HISTORY },
	{ "/container_config", AUDIT_HISTORY },
	{ "/docker_version", AUDIT_HISTORY },
	{ "/config/Image", AUDIT_HISTORY },
	{ "/moby.buildkit.buildinfo.v1", AUDIT_HISTORY },
	{ "/moby.buildkit.cache.v0", AUDIT_HISTORY },
	{ "/rootfs/diff_ids", AUDIT_LAYER },
};

/* The field of a key, or of what is below it. */
static enum audit_field field_of(const char *pointer)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const size_t length = strlen(keys[i].pointer);

		if (strncmp(pointer, keys[i].pointer, length) == 0
		    && (pointer[length] == '\0' || pointer[length] == '/'))
			return keys[i].field;
	}
	return AUDIT_CONFIG;
}

/* Whether a value says no more than a key that is not there. */
static bool is_empty(const json_t *value)
{
	return !value || json_is_null(value) || json_is_false(value)
	       || (json_is_string(value) && json_string_length(value) == 0)
	       || (json_is_array(value) && json_array_size(value) == 0)
	       || (json_is_object(value) && json_object_size(value) == 0);
}

static void take_config(void *context, const char *pointer, const json_t *expected,
			const json_t *found)
{
	struct audit_finding *finding = add_json(context, field_of(pointer), pointer, expected,
						 found);

	if (finding && (!expected || !found))
		finding->note = is_empty(expected) && is_empty(found);
}

static void compare_configs(struct audit *audit, const struct image *expected,
			    const struct image *found)
{
	struct taker taker = { .audit = audit };

	if (expected->config.json.root && found->config.json.root)
		audit_json_compare(expected->config.json.root, found->config.json.root,
				   take_config, &taker);
	if (json_equal(expected->config.json.root, found->config.json.root))
		compare_digests(audit, AUDIT_CONFIG, "", &expected->config.digest,
				&found->config.digest, "written differently");
	else if (!expected->config.json.root || !found->config.json.root)
		compare_readings(audit, AUDIT_CONFIG, &expected->config.digest,
				 expected->config.fault, &found->config.digest,
				 found->config.fault);
}

/* ---- layers ---- */

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

static struct audit_finding *add_layer(struct audit *audit, const struct image *expected,
				       const struct image *found, size_t number, bool packed)
{
	char *subject = memory_format("%zu", number);
	char *e = describe_layer(expected, number, packed),
	     *f = describe_layer(found, number, packed);
	struct audit_finding *finding = NULL;

	if (!e || !f || strcmp(e, f) != 0)
		finding = audit_add(audit, AUDIT_LAYER, subject, e, f);
	free(f);
	free(e);
	free(subject);
	return finding;
}

static bool unpacks_to_the_same(const struct image *expected, const struct image *found,
				size_t number)
{
	return number < expected->layer_count && number < found->layer_count
	       && expected->layers[number].has_diff_id && found->layers[number].has_diff_id
	       && digest_equal(&expected->layers[number].diff_id, &found->layers[number].diff_id);
}

static void compare_layers(struct audit *audit, const struct image *expected,
			   const struct image *found)
{
	const size_t count = expected->layer_count > found->layer_count ? expected->layer_count
									: found->layer_count;

	for (size_t i = 0; i < count; i++) {
		struct audit_finding *finding;

		if (add_layer(audit, expected, found, i, false))
			continue;
		/* The same tar, or none in either, for the same reason. */
		finding = add_layer(audit, expected, found, i, true);
		if (!finding || !unpacks_to_the_same(expected, found, i))
			continue;
		finding->note = true;
		finding->remark = "the same uncompressed";
	}
}

/* ---- platform ---- */

/* Where an index says for what platform an image is, a client chooses by it; it need not say so. */
static void compare_platforms(struct audit *audit, const struct image *expected,
			      const struct image *found)
{
	const json_t *e = json_object_get(expected->descriptor, "platform");
	const json_t *f = json_object_get(found->descriptor, "platform");
	struct taker taker = { audit, AUDIT_PLATFORM, "descriptor/platform", !e || !f };

	if (expected->descriptor && found->descriptor)
		audit_json_compare(e, f, take, &taker);
}

/* ---- manifest ---- */

/* Whether a layer is only compressed otherwise, so that its media type may differ, too. */
static bool is_repacked_layer(const struct image *expected, const struct image *found,
			      size_t number)
{
	return unpacks_to_the_same(expected, found, number)
	       && !digest_equal(&expected->layers[number].digest, &found->layers[number].digest);
}

static bool is_layer(const json_t *descriptor)
{
	const struct media *media = descriptor_read(descriptor).media;

	return media->kind == MEDIA_LAYER && media->oci;
}

/* Removes what is reported under other names: annotations, config, layers. */
static void strip_manifests(const struct image *expected, const struct image *found, json_t *e,
			    json_t *f)
{
	json_t *const copies[] = { e, f };
	json_t *one, *other;
	size_t i;

	json_array_foreach(json_object_get(e, "layers"), i, one)
	{
		other = json_array_get(json_object_get(f, "layers"), i);
		if (is_repacked_layer(expected, found, i) && is_layer(one) && is_layer(other)) {
			json_object_del(one, "mediaType");
			json_object_del(other, "mediaType");
		}
	}
	for (size_t side = 0; side < 2; side++) {
		json_object_del(copies[side], "annotations");
		json_object_del(json_object_get(copies[side], "config"), "digest");
		json_object_del(json_object_get(copies[side], "config"), "size");
		json_array_foreach(json_object_get(copies[side], "layers"), i, one)
		{
			json_object_del(one, "digest");
			json_object_del(one, "size");
		}
	}
}

/* How many differences there are but for the layers. */
static size_t compare_documents(struct audit *audit, const struct image *expected,
				const struct image *found)
{
	struct taker annotations = { audit, AUDIT_ANNOTATION, "", false };
	struct taker others = { audit, AUDIT_MANIFEST, "", false };
	json_t *e = json_deep_copy(expected->manifest.json.root),
	       *f = json_deep_copy(found->manifest.json.root);
	size_t before = audit->count;

	audit_json_compare(json_object_get(e, "annotations"), json_object_get(f, "annotations"),
			   take, &annotations);
	strip_manifests(expected, found, e, f);
	audit_json_compare(e, f, take, &others);
	json_decref(e);
	json_decref(f);
	return audit->count - before;
}

static bool has_digest(const json_t *document, size_t form, const struct digest *digest)
{
	char *text = json_dumps(document, form);
	struct digest actual = digest_of(text ? text : "", text ? strlen(text) : 0);

	free(text);
	return digest_equal(&actual, digest);
}

static bool is_as_stated(const struct image_layer *layer)
{
	const struct descriptor *stated = layer->file.descriptor;

	return stated && stated->size == layer->size
	       && digest_equal(&stated->digest, &layer->digest);
}

/* The manifest that is expected, with the layers that are found where these unpack to the same. */
static json_t *repack(const struct image *expected, const struct image *found)
{
	json_t *copy = json_deep_copy(expected->manifest.json.root);

	for (size_t i = 0; i < found->layer_count || i < expected->layer_count; i++)
		if (!unpacks_to_the_same(expected, found, i) || !is_as_stated(&found->layers[i]))
			return copy;
	json_object_set(copy, "layers", json_object_get(found->manifest.json.root, "layers"));
	return copy;
}

/* Whether what is found is that, byte for byte: another only by how layers are compressed. */
static bool is_repacked(const struct image *expected, const struct image *found,
			const json_t *repacked)
{
	static const size_t forms[] = { JSON_COMPACT, JSON_INDENT(2) };

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (has_digest(expected->manifest.json.root, forms[i], &expected->manifest.digest))
			return has_digest(repacked, forms[i], &found->manifest.digest);
	return false;
}

/* The headline: whatever differs in an image is in this digest. */
static void compare_manifest_digests(struct audit *audit, const struct image *expected,
				     const struct image *found, size_t differences)
{
	json_t *repacked = repack(expected, found);
	const bool same = differences == 0 && json_equal(repacked, found->manifest.json.root);
	const bool note = same && is_repacked(expected, found, repacked);
	size_t before = audit->count;

	compare_digests(
		audit, AUDIT_MANIFEST, "", &expected->manifest.digest, &found->manifest.digest,
		same && !note ? "written differently" : NULL);
	if (audit->count > before)
		audit->items[before].note = note;
	json_decref(repacked);
}

static void compare_manifests(struct audit *audit, const struct image *expected,
			      const struct image *found)
{
	char text[DIGEST_TEXT_BYTES];
	struct audit_finding *finding;

	if (expected->has_manifest && found->has_manifest) {
		compare_manifest_digests(audit, expected, found,
					 compare_documents(audit, expected, found));
	} else if (expected->has_manifest || found->has_manifest) {
		/* An image out of docker's older archives has none. */
		digest_write(&(expected->has_manifest ? expected : found)->manifest.digest, text);
		finding = audit_add(audit, AUDIT_MANIFEST, "", expected->has_manifest ? text : NULL,
				    found->has_manifest ? text : NULL);
		if (finding)
			finding->note = true;
	}
}

void audit_image(struct audit *audit, const struct image *expected, const struct image *found)
{
	compare_platforms(audit, expected, found);
	if (expected->manifest.fault || found->manifest.fault) {
		compare_readings(audit, AUDIT_MANIFEST, &expected->manifest.digest,
				 expected->manifest.fault, &found->manifest.digest,
				 found->manifest.fault);
		return;
	}
	compare_configs(audit, expected, found);
	compare_layers(audit, expected, found);
	compare_manifests(audit, expected, found);
}

void audit_image_alone(struct audit *audit, const struct image *expected, const struct image *found)
{
	audit_add(audit, AUDIT_PLATFORM, (expected ? expected : found)->platform,
		  expected ? "an image" : NULL, found ? "an image" : NULL);
}

/* ---- places ---- */

/* Removes what leads to the images, which are compared themselves. */
static json_t *strip_table(const json_t *root)
{
	json_t *copy = json_deep_copy(root), *descriptor;
	size_t i = 0;

	while ((descriptor = json_array_get(json_object_get(copy, "manifests"), i))) {
		json_object_del(descriptor, "digest");
		json_object_del(descriptor, "size");
		if (descriptor_read(descriptor).media->kind == MEDIA_INDEX)
			i++;
		else
			json_array_remove(json_object_get(copy, "manifests"), i);
	}
	return copy;
}

/* Compares what tables say of an image, but for what leads to it and its platform. */
static void compare_entries(struct audit *audit, const char *name, const json_t *expected,
			    const json_t *found)
{
	static const char *const others[] = { "digest", "size", "platform", "Config", "Layers" };
	struct taker taker = { audit, AUDIT_INDEX, name, true };
	json_t *e = json_deep_copy(expected), *f = json_deep_copy(found);

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		json_object_del(e, others[i]);
		json_object_del(f, others[i]);
	}
	if (expected && found)
		audit_json_compare(e, f, take, &taker);
	json_decref(e);
	json_decref(f);
}

static void compare_tables(struct audit *audit, enum audit_field field, const char *name,
			   const struct image_document *expected,
			   const struct image_document *found)
{
	struct taker taker = { audit, field, name, true };
	size_t before = audit->count;
	json_t *e, *f;

	if (!expected->json.root || !found->json.root)
		return;
	e = strip_table(expected->json.root);
	f = strip_table(found->json.root);
	audit_json_compare(e, f, take, &taker);
	json_decref(e);
	json_decref(f);
	if (json_equal(expected->json.root, found->json.root))
		compare_digests(audit, field, name, &expected->digest, &found->digest,
				"written differently");
	for (; before < audit->count; before++)
		audit->items[before].note = true;
}

static void add_faults(struct audit *audit, const struct observe_images *images, const char *remark)
{
	for (size_t i = 0; i < images->fault_count; i++) {
		const struct observe_fault *fault = &images->faults[i];
		struct audit_finding *finding =
			audit_add(audit, AUDIT_FILE, fault->subject, fault->stated, fault->found);

		if (finding)
			finding->remark = remark;
	}
}

/* Files of one place that nothing leads to, and that the other does not have. */
static void add_unused(struct audit *audit, const struct observe_images *images,
		       const struct observe_images *other, bool first)
{
	const struct files_entry *entries;
	size_t count;

	if (!images->walk.files || images->partial)
		return;
	entries = files_entries(images->walk.files, &count);
	for (size_t i = 0; i < count; i++) {
		struct audit_finding *finding;

		if (entries[i].type == FILES_DIRECTORY || images->walk.states[i].used
		    || (other->walk.files && files_find(other->walk.files, entries[i].name)))
			continue;
		finding = audit_add(audit, AUDIT_FILE, entries[i].name, first ? "a file" : NULL,
				    first ? NULL : "a file");
		if (finding)
			finding->note = true;
	}
}

/* The tables should be the same when every image has its counterpart. */
static void compare_contents(struct audit *audit, const struct observe_images *expected,
			     const struct observe_images *found)
{
	size_t count;
	struct pair *pairs = pairs_match(expected, found, &count);
	bool complete = !expected->partial && !found->partial;

	for (size_t i = 0; i < count; i++)
		complete = complete && pairs[i].expected && pairs[i].found;
	for (size_t i = 0; i < count && complete; i++) {
		audit->platform = count > 1 ? pairs[i].expected->platform : NULL;
		compare_entries(audit, "descriptor", pairs[i].expected->descriptor,
				pairs[i].found->descriptor);
		compare_entries(audit, "manifest.json", pairs[i].expected->docker,
				pairs[i].found->docker);
	}
	free(pairs);
	audit->platform = NULL;
	if (!complete)
		return;
	compare_tables(audit, AUDIT_INDEX, "index.json", &expected->index, &found->index);
	for (size_t i = 0; i < expected->nested_count && i < found->nested_count; i++)
		compare_tables(audit, AUDIT_INDEX, "image index", expected->nested[i],
			       found->nested[i]);
}

void audit_image_places(struct audit *audit, const struct observe_images *expected,
			const struct observe_images *found)
{
	compare_tables(audit, AUDIT_FILE, "oci-layout", &expected->layout, &found->layout);
	compare_contents(audit, expected, found);
	add_faults(audit, expected, "in the first place");
	add_faults(audit, found, expected->walk.files ? "in the second place" : NULL);
	add_unused(audit, expected, found, true);
	add_unused(audit, found, expected, false);
}
