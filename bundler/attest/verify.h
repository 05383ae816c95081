/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_VERIFY_H
#define BUNDLER_ATTEST_VERIFY_H

#include <stdint.h>

#include "attest/key.h"
#include "base/buffer.h"
#include "base/digest.h"

/* Whether a key has signed an image: what somebody else has put beside it in a registry. */

/*
 * Reads a manifest that refers to the image and has a bundle as its only layer. NULL, and *digest
 * and *size are the bundle's, at most LIMIT_ENVELOPE_BYTES; or why there is none.
 */
const char *verify_manifest(const struct buffer *text, const struct digest *image,
			    struct digest *digest, uint64_t *size);

/*
 * NULL if the bundle has a signature by key of a statement that has the image as a subject and is
 * itself a signature of the image, or its provenance; or why not. The statement is read after its
 * signature was verified.
 */
const char *verify_bundle(const struct buffer *text, const struct digest *image,
			  const struct attest_key *key);

#endif
