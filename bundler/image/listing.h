/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_LISTING_H
#define BUNDLER_IMAGE_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"

/*
 * What refers to a manifest (distribution-spec, "Listing Referrers"). A list is an image index; a
 * registry may send it in pages, and a layout or an old registry has it under a tag ("Referrers Tag
 * Schema").
 */

#define LISTING_TAG_BYTES 72	/* of such a tag, with its NUL */

/* Writes the tag of a manifest's list, "sha256-" and the digits of its digest; returns tag. */
char *listing_tag(const struct digest *digest, char tag[LISTING_TAG_BYTES]);

/*
 * cosign's signatures of a manifest: a manifest whose layers are payloads, each with its signature
 * as an annotation, under the tag of the list with ".sig" behind it (cosign
 * specs/SIGNATURE_SPEC.md). One signature as a referrer has this artifact type.
 */
#define LISTING_SIGNATURE "application/vnd.dev.cosign.artifact.sig.v1+json"
#define LISTING_SIGNATURES_TAG_BYTES (LISTING_TAG_BYTES + 4)
char *listing_signatures_tag(const struct digest *digest, char tag[LISTING_SIGNATURES_TAG_BYTES]);

/* Whether a tag is that of a list. */
bool listing_is_tag(const char *tag);

/* An empty list. */
json_t *listing_new(void);

/*
 * Reads pages with a NUL between two into one list, which is empty if there is none. Returns NULL,
 * and *list is the caller's, or why they are refused.
 */
const char *listing_parse(json_t **list, const struct buffer *pages);

/*
 * Adds a manifest to a list, where it has no entry: its own artifact type, or the media type of its
 * configuration, and its annotations are in the entry ("Referrers Tag Schema"). media_type and
 * digest are those of the manifest, size its bytes. Returns false if the list had it.
 */
bool listing_add(json_t *list, const json_t *manifest, const char *media_type, const char *digest,
		 uint64_t size);

/* Adds the entries of other that list does not have. */
void listing_join(json_t *list, const json_t *other);

#endif
