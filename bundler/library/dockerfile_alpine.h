/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_DOCKERFILE_ALPINE_H
#define BUNDLER_LIBRARY_DOCKERFILE_ALPINE_H

#include "library/text.h"

/* Writes what follows FROM in a variant of Alpine, and its entry point's script. */
void dockerfile_alpine_write(struct library_text *d);

#endif
