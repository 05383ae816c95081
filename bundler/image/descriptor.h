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
	const char *os, *architecture, *variant;	/* of the platform; "" if missing */
	const char *reference;	/* annotation org.opencontainers.image.ref.name, or NULL */
	const char *name;	/* annotation io.containerd.image.name, or NULL */
	const json_t *annotations;	/* an object, or NULL */
};

/* Reads the descriptor in json. If json is none, or NULL, the result has a fault. */
struct descriptor descriptor_read(const json_t *json);

/* Whether one of its two names matches wanted (reference_is). */
bool descriptor_is_named(const struct descriptor *descriptor, const char *wanted);

#endif
