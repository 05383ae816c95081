/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_SIMPLE_H
#define BUNDLER_ATTEST_SIMPLE_H

#include "base/buffer.h"
#include "base/digest.h"

/*
 * The simple signing of cosign (specs/SIGNATURE_SPEC.md): a payload that names the digest of a
 * manifest, kept as a layer of an image that is tagged "sha256-DIGITS.sig"; the signature of its
 * bytes is an annotation of the layer.
 */

#define ATTEST_SIMPLE_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"
#define ATTEST_SIMPLE_ANNOTATION "dev.cosignproject.cosign/signature"

/* Adds the payload; reference is the image's name without a tag, or "". -1 beyond the maximum. */
int attest_simple_write(struct buffer *bytes, const char *reference, const struct digest *digest);

#endif
