/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_IMAGE_SCHEMA_H
#define BUNDLER_VALIDATE_IMAGE_SCHEMA_H

#include "validate/schema.h"

/*
 * The members of an image's documents, as tables (image-spec 1.1; its JSON schemas and its prose).
 * Strict readers are those of Docker Official Images: see RULE_IMPORT.
 */

schema_check image_schema_layout;	/* oci-layout */
schema_check image_schema_index;	/* index.json, and an index in a blob */
schema_check image_schema_manifest;
schema_check image_schema_config;	/* nobody is strict about it: all may add members */
schema_check image_schema_docker;	/* Docker's manifest.json */
schema_check image_schema_repositories;	/* and what came before it */

#endif
