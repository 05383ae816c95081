/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_TRUST_PEM_H
#define BUNDLER_TRUST_PEM_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/*
 * Reads certificates in textual encoding (RFC 7468) more strictly than BearSSL's decoder:
 * boundaries must alternate between BEGIN and END, and every object must be a complete
 * CERTIFICATE. Text between objects is skipped; the final newline may be missing. The length of
 * a line of base64 must be a multiple of four.
 */

struct pem_reader {
	const char *name;	/* of the text, for messages */
	const char *next;
	const char *end;
	unsigned line;		/* number of the line at next, from 1 */
};

/* Starts to read length bytes of text; name and text must outlive the reader. */
void pem_init(struct pem_reader *reader, const char *name, const char *text, size_t length);

/*
 * Replaces the content of der by the next certificate's DER. Returns 1, 0 at the end of the text,
 * or -1: STATUS_TLS for malformed text, STATUS_LIMIT beyond der's maximum.
 */
int pem_next(struct pem_reader *reader, struct buffer *der, struct error *err);

/* Adds one certificate to text, in lines of 64 columns; -1 beyond text's maximum. */
int pem_write(struct buffer *text, const void *der, size_t length);

#endif
