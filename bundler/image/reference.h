/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_REFERENCE_H
#define BUNDLER_IMAGE_REFERENCE_H

#include <stdbool.h>

/*
 * Names of images (distribution-spec, "Pulling manifests"; the grammar of distribution's
 * reference).
 */

/* Why text is no tag, or NULL when it is one. */
const char *reference_tag_fault(const char *text);

/* Why text is not "[domain[:port]/]name:tag", or NULL when it is. */
const char *reference_fault(const char *text);

/*
 * Whether a reference, or a tag without a name, is the one that is wanted: of this tag, or in whole
 * "name:tag". docker.io and its library go without saying.
 */
bool reference_is(const char *reference, const char *wanted);

#endif
