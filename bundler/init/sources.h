/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_INIT_SOURCES_H
#define BUNDLER_INIT_SOURCES_H

#include "init/init.h"

/* The checksum files of a release, by their names. */

struct init_source {
	const char *template;	/* for the recipe's sums */
	const char *url;	/* of the one with the asset of the first choice */
	bool varies;		/* there is one for each platform */
	int rank;		/* the lowest first */
};

/*
 * Fills sources, with room for maximum, and returns their number: first files for all assets, then
 * those of one asset each, which all assets of the plan have, and last those of
 * SHA-512. The files are not known to be what
 * their names say. choice is the one whose file is asked for.
 */
size_t init_sources(const struct init_plan *plan, const struct init_release *release,
		    const struct init_choice *choice, struct init_source *sources, size_t maximum);

#endif
