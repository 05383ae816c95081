/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what is around the images of two places. */
#include "audit/places.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit/config.h"
#include "audit/pairs.h"
#include "image/listing.h"

/* Removes what leads to the images, which are compared themselves, and to what refers to them. */
static json_t *strip_table(const json_t *root)
{
	json_t *copy = json_deep_copy(root), *descriptor;
	size_t i = 0;

	while ((descriptor = json_array_get(json_object_get(copy, "manifests"), i))) {
		const struct descriptor fields = descriptor_read(descriptor);

		json_object_del(descriptor, "digest");
		json_object_del(descriptor, "size");
		if (fields.media->kind == MEDIA_INDEX
		    && !(fields.reference && listing_is_tag(fields.reference)))
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
	json_t *e = json_deep_copy(expected), *f = json_deep_copy(found);

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		json_object_del(e, others[i]);
		json_object_del(f, others[i]);
	}
	if (expected && found)
		audit_config_json(audit, AUDIT_INDEX, AUDIT_CLASS_NAME, name, e, f);
	json_decref(e);
	json_decref(f);
}

static void compare_tables(struct audit *audit, enum audit_field field, const char *name,
			   const struct image_document *expected,
			   const struct image_document *found)
{
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];
	struct audit_finding *finding;
	json_t *e, *f;

	if (!expected->json.root || !found->json.root)
		return;
	e = strip_table(expected->json.root);
	f = strip_table(found->json.root);
	audit_config_json(audit, field, AUDIT_CLASS_PLACE, name, e, f);
	json_decref(e);
	json_decref(f);
	if (digest_equal(&expected->digest, &found->digest)
	    || !json_equal(expected->json.root, found->json.root))
		return;
	finding = audit_add(audit, field, AUDIT_CLASS_PLACE, name,
			    digest_write(&expected->digest, one),
			    digest_write(&found->digest, other));
	if (finding)
		finding->remark = "written differently";
}

static void add_faults(struct audit *audit, const struct observe_images *images, const char *remark)
{
	for (size_t i = 0; i < images->fault_count; i++) {
		const struct observe_fault *fault = &images->faults[i];
		struct audit_finding *finding =
			audit_add(audit, AUDIT_FILE, fault->referrer ? AUDIT_CLASS_REFERRER
				  : AUDIT_CLASS_DAMAGE, fault->subject, fault->stated,
				  fault->found);

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
	for (size_t i = 0; i < count; i++)
		if (entries[i].type != FILES_DIRECTORY && !images->walk.states[i].used
		    && !(other->walk.files && files_find(other->walk.files, entries[i].name)))
			audit_add(audit, AUDIT_FILE, AUDIT_CLASS_PLACE, entries[i].name,
				  first ? "a file" : NULL, first ? NULL : "a file");
}

/* Further names, and manifests that are not images, of one place which the other does not have. */
static void add_extras(struct audit *audit, const struct observe_images *images,
		       const struct observe_images *other, bool first)
{
	for (size_t i = 0; i < images->extra_count; i++) {
		const struct observe_extra *extra = &images->extras[i];
		size_t j = 0;

		while (j < other->extra_count
		       && (strcmp(extra->what, other->extras[j].what) != 0
			   || strcmp(extra->subject, other->extras[j].subject) != 0))
			j++;
		if (j == other->extra_count)
			audit_add(audit, AUDIT_INDEX, extra->referrer ? AUDIT_CLASS_REFERRER
				  : AUDIT_CLASS_NAME, extra->subject, first ? extra->what : NULL,
				  first ? NULL : extra->what);
	}
}

/* The name by which engines choose an image, or NULL. */
static const char *name_of(const struct image *image)
{
	const struct descriptor descriptor = descriptor_read(image->descriptor);

	return descriptor.name ? descriptor.name : descriptor.reference ? descriptor.reference
	       : json_string_value(json_array_get(json_object_get(image->docker, "RepoTags"), 0));
}

/*
 * Whether engines may take an image of one pair in the first place, and of the other in the second:
 * of two images for a platform they take that with the name, or else the first.
 */
static bool is_exchanged(const struct pair *one, const struct pair *other)
{
	const char *e, *f, *other_e, *other_f;

	if (!one->expected || !one->found || !other->expected || !other->found
	    || strcmp(one->expected->platform, other->expected->platform) != 0)
		return false;
	e = name_of(one->expected);
	f = name_of(one->found);
	other_e = name_of(other->expected);
	other_f = name_of(other->found);
	if (!e || !f || !other_e || !other_f || strcmp(e, other_e) == 0)
		return one->found > other->found;
	return strcmp(e, other_f) == 0 || strcmp(other_e, f) == 0;
}

static void compare_choice(struct audit *audit, const struct pair *pairs, size_t count)
{
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			struct audit_finding *finding;

			if (!is_exchanged(&pairs[i], &pairs[j]))
				continue;
			finding = audit_add(audit, AUDIT_INDEX, AUDIT_CLASS_PLATFORM,
					    pairs[i].expected->platform,
					    digest_write(&pairs[i].expected->config.digest, one),
					    digest_write(&pairs[j].found->config.digest, other));
			if (finding)
				finding->remark = "in the place of another image";
		}
}

/* In a registry there are none. */
static bool has_tables(const struct observe_images *expected, const struct observe_images *found)
{
	return !expected->registry && !found->registry;
}

/* The tables should be the same when every image has its counterpart. */
static void compare_contents(struct audit *audit, const struct observe_images *expected,
			     const struct observe_images *found)
{
	size_t count;
	struct pair *pairs = pairs_match(expected, found, &count);
	bool complete = !expected->partial && !found->partial;

	compare_choice(audit, pairs, count);
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
	if (has_tables(expected, found))
		compare_tables(audit, AUDIT_INDEX, "index.json", &expected->index, &found->index);
	for (size_t i = 0; i < expected->nested_count && i < found->nested_count; i++)
		compare_tables(audit, AUDIT_INDEX, "image index", expected->nested[i],
			       found->nested[i]);
}

void audit_places(struct audit *audit, const struct observe_images *expected,
			const struct observe_images *found)
{
	if (has_tables(expected, found))
		compare_tables(audit, AUDIT_FILE, "oci-layout", &expected->layout, &found->layout);
	compare_contents(audit, expected, found);
	add_faults(audit, expected, "in the first place");
	add_faults(audit, found, expected->walk.files ? "in the second place" : NULL);
	add_extras(audit, expected, found, true);
	add_extras(audit, found, expected, false);
	add_unused(audit, expected, found, true);
	add_unused(audit, found, expected, false);
}
