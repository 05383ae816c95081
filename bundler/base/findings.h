/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_FINDINGS_H
#define BUNDLER_BASE_FINDINGS_H

#include <stddef.h>

#include "base/pool.h"

/* A list of faults. A zeroed struct findings is empty and ready. */

struct finding {
	const char *subject;	/* such as a file of an image; untrusted bytes */
	size_t line;		/* of that file; 0 for the whole file */
	const char *rule;	/* the broken rule, or section of a specification */
	const char *text;
};

struct findings {
	struct finding *items;
	size_t count;
	size_t left_out;	/* beyond LIMIT_FINDINGS */
	size_t capacity;
	struct pool pool;
};

/* Adds a finding with formatted text, cut to LIMIT_FINDING_BYTES. rule is not copied. */
void findings_add(struct findings *findings, const char *subject, const char *rule,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a line of a file, counted from 1. */
void findings_add_line(struct findings *findings, const char *subject, size_t line,
		       const char *rule, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Sorts by subject, line, rule and text, as bytes, and removes duplicates. */
void findings_sort(struct findings *findings);

void findings_free(struct findings *findings);

#endif
