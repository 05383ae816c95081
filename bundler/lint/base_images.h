/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_BASE_IMAGES_H
#define BUNDLER_LINT_BASE_IMAGES_H

#include <stddef.h>

/*
 * Base images, and until when Docker Official Images accept images that are built on them: one
 * table, with its sources.
 */

/*
 * Why the image (name:tag) is not accepted on a day, "YYYY-MM-DD", or NULL when it is or nothing is
 * known; the text goes to reason.
 */
const char *base_images_fault(const char *image, const char *day, char *reason, size_t size);

#endif
