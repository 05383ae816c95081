/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_SBOM_SBOM_H
#define BUNDLER_SBOM_SBOM_H

#include "base/buffer.h"
#include "base/error.h"
#include "sbom/source.h"

/*
 * Software bills of materials: what is in the image, or the root file system, of one platform. One
 * model is made of recipe, lock and tree; each format is written from it. What is not known is said
 * to be unknown. The same inputs give the same bytes.
 */

enum sbom_format {
	SBOM_SPDX,		/* SPDX 2.3, JSON */
	SBOM_CYCLONEDX,		/* CycloneDX 1.6, JSON */
	SBOM_FORMATS
};

/* What a format is called. */
struct sbom_kind {
	const char *name;		/* as --format has it */
	const char *suffix;		/* of file names: "spdx.json" */
};

extern const struct sbom_kind sbom_kinds[SBOM_FORMATS];

/* The model. */
struct sbom;

/*
 * Makes the model: reads and hashes every file of the tree. Several threads may do this at the same
 * time. The source outlives the model, which sbom_free frees; NULL with STATUS_FILE, STATUS_CONFIG
 * for a text of the recipe that cannot be expanded.
 */
struct sbom *sbom_make(const struct sbom_source *source, struct error *err);
void sbom_free(struct sbom *sbom);

/*
 * Adds the document, a line's end behind it, to text: JSON, indented. STATUS_LIMIT beyond text's
 * maximum, for which there is LIMIT_SBOM_BYTES.
 */
int sbom_write(const struct sbom *sbom, enum sbom_format format, struct buffer *text,
	       struct error *err);

#endif
