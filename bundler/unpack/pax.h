/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_PAX_H
#define BUNDLER_UNPACK_PAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The records of pax headers (POSIX.1-2017, pax, "pax Extended Header"). */

/* An extended attribute, or an access control list under the whole key of its record. */
struct pax_attribute {
	const char *name;
	const void *value;
	size_t length;
};

/* What the records say about the next member. The pointers are into the records. */
struct pax {
	const char *name, *target;	/* NULL when they do not say */
	bool has_size, has_uid, has_gid, has_mtime;
	int64_t size, uid, gid, mtime;
	uint32_t nanoseconds;
	struct pax_attribute *attributes;
	size_t attribute_count;
};

/*
 * Reads records "<length> <key>=<value>\n" from length bytes of text. The text is changed, must
 * outlive pax, and must have room for one more byte at its end. A later record replaces an earlier
 * one; records that say nothing about a member's name, owner, time or content are ignored. Returns
 * why the records are refused, or NULL. Ended with pax_free in either case.
 */
const char *pax_parse(struct pax *pax, char *text, size_t length);
void pax_free(struct pax *pax);

/* Whether the records say anything about a member. */
bool pax_says(const struct pax *pax);

#endif
