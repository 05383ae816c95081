/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_REFERENCE_H
#define BUNDLER_IMAGE_REFERENCE_H

#include <stdbool.h>

/*
 * Names of images (distribution-spec, "Pulling manifests"; the grammar of distribution's
 * reference).
 */

/* Why text is not a tag, or NULL. */
const char *reference_tag_fault(const char *text);

/* Why text is not "[domain[:port]/]name:tag", or NULL. */
const char *reference_fault(const char *text);

/* What the whole name of an image has before this one: "docker.io/library/", for example. */
const char *reference_prefix(const char *name);

/*
 * Whether a reference, or a tag without a name, matches wanted, which is a tag or "name:tag".
 * "docker.io/library/" may be missing in either.
 */
bool reference_is(const char *reference, const char *wanted);

#endif
