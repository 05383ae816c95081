/* SPDX-License-Identifier: Apache-2.0 */
/* Reads descriptors, which lead from one document of an image to a blob. */
#include "image/descriptor.h"

#include <string.h>

#include "image/reference.h"

#define REFERENCE "org.opencontainers.image.ref.name"
#define NAME "io.containerd.image.name"

static const char *member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? json_string_value(value) : "";
}

static const json_t *object_of(const json_t *value)
{
	return json_is_object(value) ? value : NULL;
}

struct descriptor descriptor_read(const json_t *json)
{
	const json_t *platform = object_of(json_object_get(json, "platform"));
	const json_t *digest = json_object_get(json, "digest");
	const json_t *size = json_object_get(json, "size");
	struct descriptor descriptor = {
		.media_type = member(json, "mediaType"),
		.has_platform = platform,
		.os = member(platform, "os"),
		.architecture = member(platform, "architecture"),
		.variant = member(platform, "variant"),
		.annotations = object_of(json_object_get(json, "annotations")),
	};

	descriptor.media = media_find(descriptor.media_type);
	/* NULL for what is not a string. */
	descriptor.reference = json_string_value(json_object_get(descriptor.annotations,
								 REFERENCE));
	descriptor.name = json_string_value(json_object_get(descriptor.annotations, NAME));
	descriptor.fault = json_is_string(digest)
			   ? digest_parse(&descriptor.digest, json_string_value(digest))
			   : "it has no digest";
	if (descriptor.fault)
		return descriptor;
	if (json_is_integer(size) && json_integer_value(size) >= 0)
		descriptor.size = (uint64_t)json_integer_value(size);
	else
		descriptor.fault = "it has no size";
	return descriptor;
}

bool descriptor_is_named(const struct descriptor *descriptor, const char *wanted)
{
	return (descriptor->reference && reference_is(descriptor->reference, wanted))
	       || (descriptor->name && reference_is(descriptor->name, wanted));
}
