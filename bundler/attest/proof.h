/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_ATTEST_PROOF_H
#define BUNDLER_ATTEST_PROOF_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"

/*
 * What bundler/make/prove.sh has found of the programs of a release
 * (configs/schemas/proof.schema.json): whether their sources compile to them.
 */
struct proof {
	const char *file;	/* for messages; the caller's */
	json_t *root;
};

/* Reads a proof, of which only what is asked later is checked. STATUS_FILE, _CONFIG, _LIMIT. */
int proof_open(struct proof *proof, const char *file, struct error *err);
int proof_open_text(struct proof *proof, const char *file, const struct buffer *text,
		    struct error *err);
void proof_close(struct proof *proof);

/*
 * The level that the proof gives the program at a path of the tree for a platform: SUMMARY_SOURCE
 * or SUMMARY_SOURCE_BUT_VCS (attest/summary.h). NULL and STATUS_DIGEST if it is of a program with
 * another digest, NULL and STATUS_CONFIG if it says nothing of it, or that it was not proved.
 */
const char *proof_level(const struct proof *proof, const char *platform, const char *path,
			const struct digest *digest, struct error *err);

#endif
