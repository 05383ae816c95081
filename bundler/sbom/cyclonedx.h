/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_SBOM_CYCLONEDX_H
#define BUNDLER_SBOM_CYCLONEDX_H

#include <jansson.h>

#include "sbom/model.h"

/* A new document of CycloneDX 1.6 (ECMA-424); what identifies it is empty. */
json_t *sbom_cyclonedx(const struct sbom *sbom);

#endif
