/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_SBOM_SBOM_H
#define BUNDLER_SBOM_SBOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/platform.h"
#include "base/pool.h"
#include "recipe/lock.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

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
	const char *media_type;		/* of the document, and artifactType of a referrer */
	const char *predicate_type;	/* of an in-toto statement */
};

extern const struct sbom_kind sbom_kinds[SBOM_FORMATS];

/* What the SBOM is of. */
struct sbom_source {
	const struct recipe *recipe;
	const struct lock *lock;		/* checked against the recipe */
	const struct platform *platform;
	const struct tree *tree;		/* build_tree's for the platform */
	/* Of the image's manifest; of the tree's, if no image is made: not on Linux. */
	struct digest manifest;
	bool image;
	int64_t epoch;				/* the time of the document */
	/* SHA-512 of the asset of each of the recipe's releases (struct build), or NULL. */
	const struct digest_sha512 *archives;
};

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
