/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_INIT_READ_H
#define BUNDLER_COMMAND_INIT_READ_H

#include "base/platform.h"
#include "base/pool.h"
#include "command/reader.h"

/* What bundler init does in the process that reads: from the names of a release to a recipe. */

struct init_read {
	const char *documents[2];	/* URLs, the second if there is no first; NULL without */
	const char *tags;		/* GitHub's documents are below this URL, or NULL */
	const char *base;		/* URL that the assets are below, with a slash, or NULL */
	const char *source;		/* URL of the project, or NULL */
	const char *name;		/* of the product, or NULL */
	bool guessed;			/* not by the user */
	const struct platform *platform;	/* of the archive to look into; NULL: the host's */
	const char *const *sums;	/* files of the user */
	size_t sums_count;
	const char *const *assets;	/* the only names to choose from, if there are any */
	size_t asset_count;
	const char *certificates, *origin;	/* for the recipe, or NULL */
	struct pool *pool;
};

/*
 * Asks for what it needs with reader_ask. The result is a JSON object: "recipe", "name",
 * "questions".
 */
int init_read(const struct init_read *read, struct reader *reader, struct error *err);

#endif
