/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_PEM_H
#define BUNDLER_TRUST_PEM_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/*
 * Certificates in textual encoding (RFC 7468), strict where BearSSL's decoder is silent:
 * every line with a boundary must open or close an object, in turn, and every object must be
 * complete and a CERTIFICATE. Text between objects is skipped; a final newline may be missing.
 * Lines of base64 may have any length that is a multiple of four.
 */

struct pem_reader {
	const char *name;	/* of the text, for messages */
	const char *next;
	const char *end;
	unsigned line;		/* number of the line at next, from 1 */
};

/* Starts to read length bytes of text, which stay the caller's. */
void pem_init(struct pem_reader *reader, const char *name, const char *text, size_t length);

/*
 * Puts the DER of the next certificate in place of what der held. Returns 1, 0 when there is
 * no further one, or -1: STATUS_TLS, or STATUS_LIMIT when it passes der's maximum.
 */
int pem_next(struct pem_reader *reader, struct buffer *der, struct error *err);

/* Adds one certificate to text, in lines of 64 columns; -1 as buffer_add. */
int pem_write(struct buffer *text, const void *der, size_t length);

#endif
