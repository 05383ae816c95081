/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_TZIF_H
#define BUNDLER_UNPACK_TZIF_H

#include <stdbool.h>
#include <stddef.h>

/* Files of time zones (TZif, RFC 9636). */

/* Whether bytes begin like one. */
bool tzif_begins(const void *bytes, size_t length);

/*
 * Why bytes are no whole file of a time zone as POSIX counts seconds, or NULL: one that counts leap
 * seconds is refused.
 */
const char *tzif_fault(const void *bytes, size_t length);

#endif
