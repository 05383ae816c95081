/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_NEAR_H
#define BUNDLER_UNPACK_NEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define NEAR_NAMES 3

/* The names of an archive that are most like one that it lacks. Others than these are zeros. */
struct near {
	const char *name;	/* that is missing; that of a directory ends with a slash */
	bool directory;
	char *names[NEAR_NAMES];	/* the nearest first */
	size_t likeness[NEAR_NAMES];
	size_t count;
};

/* Notes a member's name or, for a directory, the directories that it is in. */
void near_note(struct near *near, const char *name);

/* Adds the names to a filled error. Returns -1. */
int near_hint(const struct near *near, struct error *err);

void near_free(struct near *near);

#endif
