/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_ATTESTATION_H
#define BUNDLER_COMMAND_ATTESTATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "attest/artifact.h"
#include "base/error.h"
#include "base/platform.h"
#include "base/pool.h"
#include "build/build.h"
#include "build/oci.h"
#include "command/inputs.h"
#include "command/option.h"
#include "command/signer.h"
#include "image/location.h"
#include "image/media.h"

/* Statements about images, made of recipe and lock, and put beside them. */

struct command_attestation {
	bool provenance, sbom, summary;	/* --attest */
	bool buildkit;		/* --attest-style */
	bool simple;		/* --signature-tag */
	const char *builder;	/* --builder-id */
	struct command_signer *signer;	/* of statements and images, or NULL; not owned */
	/* What was made: */
	struct oci_beside beside;
	json_t *made;		/* an array, for reports */
	struct pool pool;
};

/* Rows for the options of a command whose struct run has such a struct named attestation. */
#define COMMAND_ATTESTATION_LIST(help) \
	{ "attest", "LIST", help, OPTION_CALL(attestation, command_attestation_list) }
#define COMMAND_ATTESTATION_BUILDER \
	{ "builder-id", "URI", "state that this one has built, not somebody", \
	  OPTION_CALL(attestation.builder, command_attestation_builder) }
#define COMMAND_ATTESTATION_STYLE \
	{ "attest-style", "NAME", "referrer (default), or buildkit: in the index of the image", \
	  OPTION_CALL(attestation.buildkit, command_attestation_style) }

#define COMMAND_ATTESTATION_SIGNATURE_TAG \
	{ "signature-tag", NULL, "sign also under the tag that cosign 2 reads", \
	  OPTION(attestation.simple) }

int command_attestation_list(void *attestation, const struct option_spec *spec, const char *value,
			     struct error *err);
int command_attestation_builder(void *builder, const struct option_spec *spec, const char *value,
				struct error *err);
int command_attestation_style(void *buildkit, const struct option_spec *spec, const char *value,
			      struct error *err);

/* Whether there is anything to be stated or signed. */
bool command_attestation_wanted(const struct command_attestation *attestation);

/* STATUS_USAGE for options without --attest, and for a place that has no room beside images. */
int command_attestation_check(const struct command_attestation *attestation,
			      const struct location *place, struct error *err);

/* An image, or the index of all. */
struct command_attested {
	const struct platform *platform;	/* NULL of an index */
	struct artifact_subject subject;
	json_t *sbom;				/* of an image, or NULL; the caller's */
};

/* What they were built from. */
struct command_attestation_source {
	const struct command_inputs *inputs;	/* recipe, lock and epoch */
	const char *name;			/* of the repository */
	const char *flavour;			/* or NULL */
	enum compression compression;
	const struct location *place;		/* where they are, or will be */
};

/*
 * A statement of what one image was built from, or an index, which is first, and its images; the
 * caller frees it. builder is NULL for somebody. NULL as for provenance_describe.
 */
json_t *command_attestation_provenance(const struct command_attestation_source *source,
				       const struct command_attested *const *of, size_t count,
				       const char *builder, struct error *err);

/*
 * What is in an image, whose manifest and tree were built with build->archives; the caller frees
 * it. NULL as for sbom_make.
 */
json_t *command_attestation_sbom(const struct build *build, const struct platform *platform,
				 const struct tree *tree, const struct digest *manifest,
				 struct error *err);

/*
 * Makes the statements about count images and, if it is not NULL, their index. Each image is stated
 * about alone, and the index with all of them. With a signer, statements are in bundles that it has
 * signed, and images and index are signed. A summary says that the images were found as they are
 * built. Errors as for provenance_describe and command_signer_sign.
 */
int command_attestation_make(struct command_attestation *attestation,
			     const struct command_attestation_source *source,
			     const struct command_attested *images, size_t count,
			     const struct command_attested *index, struct error *err);
void command_attestation_free(struct command_attestation *attestation);

#endif
