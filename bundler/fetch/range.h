/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_RANGE_H
#define BUNDLER_FETCH_RANGE_H

#include <stdint.h>

/* A part of a whole, as Content-Range says it (RFC 9110 section 14.4). */
struct range {
	uint64_t first, last;	/* offsets, both included */
	uint64_t total;		/* bytes of the whole, 0: not known */
};

/*
 * Reads "bytes FIRST-LAST/TOTAL", where TOTAL may be "*"; -1 for anything else, text may be NULL.
 */
int range_parse(struct range *range, const char *text);

/*
 * Reads a whole number of at most 18 digits, so that sums do not overflow, and moves text past
 * it; -1 if there is none.
 */
int range_parse_number(uint64_t *number, const char **text);

#endif
