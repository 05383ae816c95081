/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BUILD_IMAGE_OUTPUT_H
#define BUNDLER_BUILD_IMAGE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/staging.h"
#include "build/kept.h"
#include "image/location.h"
#include "tree/tree.h"

/*
 * The place where an image is written: a layout's directory, a tar of a layout, standard output,
 * or a file without a name, which is sent to a registry.
 */
struct image_output {
	const struct location *place;
	const char *tag;	/* of a layout, to be set; NULL if all of it is replaced */
	bool force;		/* replace any regular file */
	char *parent;		/* path of the directory of the output */
	bool made;		/* it did not exist before */
	char *name;		/* of the output, below staging.parent */
	int stream;		/* where a tar is written that is no output of its own, or -1 */
	struct staging staging;	/* with stream only its fd, the caller's */
};

/*
 * Prepares writing to a place: makes the directory of the output if it is missing, but not that
 * one's parents, and checks that the output can be replaced. An archive can if it is an empty file,
 * one that bundler made, or with force any regular file; a layout if the directory is empty or
 * bundler made it and, if place has no tag or with whole, it has no more than one image. scratch
 * is a directory for large contents, if the place is standard output or in a registry. STATUS_USAGE
 * for a place that is not for images, STATUS_FILE.
 */
int image_output_open(struct image_output *output, const struct location *place, bool whole,
		      bool force, int scratch, struct error *err);

struct image_output_source {
	/*
	 * Fills an empty tree with a layout. kept is what is there, whose images with other tags
	 * stay, or NULL.
	 */
	int (*fill)(void *context, struct tree *layout, const struct kept *kept, struct error *err);
	staging_confirm *confirm;	/* as in staging_publish */
	void *context;			/* of both */
	int64_t epoch;			/* time of the files */
};

/*
 * Writes a layout, flushed, and publishes it. If the place has a tag, a layout's images with other
 * tags stay. Fails as fill, or with STATUS_FILE, and leaves the place unchanged.
 */
int image_output_write(const struct image_output *output, const struct image_output_source *source,
		       struct error *err);

/*
 * Removes what was not published and, after a failure, the directory that was made. result is
 * the run's; returned as by staging_end.
 */
int image_output_close(struct image_output *output, int result, struct error *err);

#endif
