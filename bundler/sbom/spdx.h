/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_SBOM_SPDX_H
#define BUNDLER_SBOM_SPDX_H

#include <jansson.h>

#include "sbom/model.h"

/* A new document of SPDX 2.3 (spdx.github.io/spdx-spec/v2.3); what identifies it is empty. */
json_t *sbom_spdx(const struct sbom *sbom);

#endif
