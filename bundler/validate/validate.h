/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_VALIDATE_H
#define BUNDLER_VALIDATE_VALIDATE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/findings.h"
#include "image/location.h"

/*
 * Checks everything in the image place, of kind oci, oci-archive or docker-archive, against the
 * specifications, and with strict against what importers of Docker Official Images take besides.
 * What is wrong goes into findings, sorted. -1 when it cannot be read at all, as files_open says,
 * or has more than limits.h allows.
 */
int validate_place(const struct location *place, bool strict, struct findings *findings,
		   struct error *err);

#endif
