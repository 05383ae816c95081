/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_ATTESTATION_AUDIT_H
#define BUNDLER_COMMAND_ATTESTATION_AUDIT_H

#include "audit/audit.h"
#include "audit/observe_images.h"
#include "base/error.h"
#include "command/attestation.h"
#include "image/location.h"

/*
 * Compares the statements at a place about the images that were found there, for the platforms of
 * source->inputs, and about indexes that have no others. Of source, compression is not used. Errors
 * as for audit_statements and provenance_describe.
 */
int command_attestation_audit(struct audit *audit, const struct location *place,
			      const struct observe_images *found,
			      const struct command_attestation_source *source, struct error *err);

#endif
