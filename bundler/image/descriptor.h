/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_DESCRIPTOR_H
#define BUNDLER_IMAGE_DESCRIPTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "image/media.h"

/* A reference to a blob (descriptor.md). Strings belong to the JSON document. */
struct descriptor {
	const char *fault;		/* why digest and size cannot be used, or NULL */
	const char *media_type;		/* "" without one */
	const struct media *media;	/* never NULL */
	struct digest digest;
	uint64_t size;
	bool has_platform;
	const char *os, *architecture, *variant;	/* of the platform; "" if not there */
	const char *reference;	/* its annotation org.opencontainers.image.ref.name, or NULL */
	const char *name;	/* its annotation io.containerd.image.name, or NULL */
	const json_t *annotations;	/* an object, or NULL */
};

/* Reads the descriptor that json is; anything else, NULL too, has a fault. */
struct descriptor descriptor_read(const json_t *json);

/* Whether one of its two names is the one that is wanted (reference.h). */
bool descriptor_is_named(const struct descriptor *descriptor, const char *wanted);

#endif
