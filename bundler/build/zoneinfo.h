/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_ZONEINFO_H
#define BUNDLER_BUILD_ZONEINFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "recipe/recipe.h"
#include "unpack/members.h"

/* The recipe's archive of time zones. */

struct zoneinfo {
	struct members members;		/* all files of the archive, by their names */
	struct digest digest;		/* of the archive */
	size_t count;			/* of the zones among them */
};

/*
 * Reads the archive. With expected, it must have this digest before anything in it is looked at;
 * name is that of the lock that has it. Large contents are on the file system of directory. The
 * caller frees with zoneinfo_free, also after a failure. STATUS_DIGEST, STATUS_ARCHIVE for a
 * damaged zone or without any, and as release_read.
 */
int zoneinfo_read(struct zoneinfo *zones, const struct recipe *recipe,
		  const struct digest *expected, const char *name, int directory,
		  struct error *err);
void zoneinfo_free(struct zoneinfo *zones);

/*
 * Whether a file of the archive is a zone that is taken: "posix/" has the same ones again, "right/"
 * those with leap seconds, and tables are for other programs.
 */
bool zoneinfo_is_zone(const struct members_file *member);

#endif
