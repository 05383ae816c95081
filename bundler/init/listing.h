/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_INIT_LISTING_H
#define BUNDLER_INIT_LISTING_H

#include "base/buffer.h"
#include "base/error.h"
#include "init/init.h"

/* Reads what a release consists of, from texts that nothing vouches for. */

/*
 * Fills release->assets, in pool, and without release->version also that and release->tag, from
 * GitHub's document of a release ("Get a release", REST API). STATUS_CONFIG for another document,
 * STATUS_LIMIT for one with too many assets.
 */
int init_listing_document(struct init_release *release, const struct buffer *text,
			  const char *url, struct pool *pool, struct error *err);

/* The same from the names in a checksum file; the assets are in the directory base, a URL. */
int init_listing_sums(struct init_release *release, const struct buffer *text, const char *name,
		      const char *base, struct pool *pool, struct error *err);

/* Adds an asset of this name in the directory base. STATUS_LIMIT. */
int init_listing_add(struct init_release *release, const char *name, const char *base,
		     struct pool *pool, struct error *err);

#endif
