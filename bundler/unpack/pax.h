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

/* What records say of the member that follows; the pointers are into the records. */
struct pax {
	const char *name, *target;	/* NULL when they do not say */
	bool has_size, has_uid, has_gid, has_mtime;
	int64_t size, uid, gid, mtime;
	uint32_t nanoseconds;
	struct pax_attribute *attributes;
	size_t attribute_count;
};

/*
 * Reads records "<length> <key>=<value>\n" from length bytes of text, which are changed, must
 * outlive pax and have one byte more behind them. Later records go before earlier ones; what says
 * nothing about a member's name, owner, time or content is passed over. Why they are refused, or
 * NULL.
 */
const char *pax_parse(struct pax *pax, char *text, size_t length);
void pax_free(struct pax *pax);

/* Whether the records say something of a member. */
bool pax_says(const struct pax *pax);

#endif
