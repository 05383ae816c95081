/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_BASE64_H
#define BUNDLER_BASE_BASE64_H

#include <stddef.h>

/* Base 64 (RFC 4648 section 4), with padding. */

/* Returns the text of length bytes. Caller frees. */
char *base64_write(const void *bytes, size_t length);

/*
 * Returns the bytes of text, followed by a NUL, and their number; NULL for what is not canonical
 * base 64. Caller frees.
 */
char *base64_parse(const char *text, size_t *length);

#endif
