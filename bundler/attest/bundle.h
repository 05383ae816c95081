/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_BUNDLE_H
#define BUNDLER_ATTEST_BUNDLE_H

#include "attest/envelope.h"

/*
 * Sigstore bundles, version 0.3 (sigstore/protobuf-specs, sigstore_bundle.proto), of the kind that
 * is made without an authority: a hint of the public key, and an envelope.
 */

#define ATTEST_BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

/* Adds the bundle with an envelope as envelope.h has it to bytes; -1 beyond their maximum. */
int attest_bundle_write(struct buffer *bytes, const char *type, const void *payload, size_t length,
			const struct attest_signature *signature, const struct attest_key *key);

/*
 * Reads the envelope of a bundle. NULL, or why it is refused: no strict JSON, another version, as
 * envelope_read, or not exactly one signature. What it says of certificates, logs and times is
 * passed over: a key decides. envelope_free in any case.
 */
const char *attest_bundle_parse(struct envelope *envelope, const struct buffer *text);

#endif
