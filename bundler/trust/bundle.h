/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_BUNDLE_H
#define BUNDLER_TRUST_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "trust/certificate.h"

/* A bundle of certificates in its normal form: each once, sorted by the SHA-256 of its DER. */

struct bundle_entry {
	uint8_t *der;
	struct certificate certificate;		/* points into der */
	struct digest digest;			/* of der */
};

struct bundle {
	struct bundle_entry *entries;
	size_t count;
	size_t duplicates;			/* left out */
};

/*
 * Reads a PEM bundle, which must have at least one certificate, whole. name is for messages.
 * STATUS_TLS for malformed text, STATUS_LIMIT beyond a maximum. Caller frees with bundle_free.
 */
int bundle_parse(struct bundle *bundle, const char *name, const char *pem, size_t length,
		 struct error *err);

/* The same from the file at path, relative to dirfd or AT_FDCWD; STATUS_FILE if unreadable. */
int bundle_load(struct bundle *bundle, int dirfd, const char *path, struct error *err);

void bundle_free(struct bundle *bundle);

/* The entry with this digest, or NULL. */
const struct bundle_entry *bundle_find(const struct bundle *bundle, const struct digest *digest);

/*
 * Adds the normal form to text: PEM only, in lines of 64 columns, with a final newline. Reading it
 * and writing it again gives the same bytes. -1 beyond text's maximum.
 */
int bundle_write(const struct bundle *bundle, struct buffer *text);

#endif
