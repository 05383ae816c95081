/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_ENVELOPE_H
#define BUNDLER_ATTEST_ENVELOPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/key.h"
#include "base/buffer.h"
#include "base/error.h"

/*
 * Envelopes of DSSE 1.0 (secure-systems-lab/dsse, protocol.md and envelope.md): bytes, their type,
 * and signatures of both. What is signed is the pre-authentication encoding, so that neither can be
 * taken for something else. The type of in-toto statements is STATEMENT_MEDIA_TYPE.
 */

/*
 * Adds the pre-authentication encoding of a payload of a type to pae, "DSSEv1 LENGTH TYPE LENGTH
 * PAYLOAD"; -1 beyond pae's maximum.
 */
int envelope_encode(struct buffer *pae, const char *type, const void *payload, size_t length);

/* Signs a payload of a type with a private key. */
void envelope_sign(const struct attest_key *key, const char *type, const void *payload,
		   size_t length, struct attest_signature *signature);

/*
 * The envelope of a payload as JSON, with one signature of key or, when signature is NULL, none.
 * With named, key's id is in it. Caller decrefs.
 */
json_t *envelope_make(const char *type, const void *payload, size_t length,
		      const struct attest_signature *signature, const struct attest_key *key,
		      bool named);

/* Adds the same, with the id, as text to bytes, and a newline; -1 beyond their maximum. */
int envelope_write(struct buffer *bytes, const char *type, const void *payload, size_t length,
		   const struct attest_signature *signature, const struct attest_key *key);

struct envelope_signature {
	char *bytes;		/* commonly DER; at most LIMIT_SIGNATURE_BYTES */
	size_t length;
};

/* An envelope from elsewhere. Until envelope_verify, nothing of it is to be believed or parsed. */
struct envelope {
	char *type;
	char *payload;		/* followed by a NUL */
	size_t length;
	struct envelope_signature *signatures;
	size_t count;		/* at most LIMIT_SIGNATURES; 0 for one that is not signed */
};

/*
 * Reads an envelope in a document that document_parse has accepted. NULL, or why it is refused:
 * payload or signature in no canonical base 64, too many signatures. Members that the format does
 * not have are passed over, as it demands, and ids of keys, which are hints only. envelope_free in
 * any case.
 */
const char *envelope_read(struct envelope *envelope, const json_t *json);
void envelope_free(struct envelope *envelope);

/* Whether one of the signatures is the key's, of this type and payload. */
bool envelope_verify(const struct envelope *envelope, const struct attest_key *key);

#endif
