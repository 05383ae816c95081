/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_VERIFICATION_H
#define BUNDLER_COMMAND_VERIFICATION_H

#include "attest/key.h"
#include "base/error.h"
#include "command/option.h"
#include "command/registry.h"
#include "image/location.h"

/* Images that only a key's owner can have put into a registry. */

struct command_verification {
	const char *file;		/* --verify-key */
	struct attest_key key;
};

/* A row for the options of a command whose struct run has such a struct named verification. */
#define COMMAND_VERIFICATION_OPTIONS \
	{ "verify-key", "FILE", "of a registry, take only what this public key has signed", \
	  OPTION(verification.file) }

/*
 * Reads the key, if one is named, before confinement. STATUS_USAGE for a place that is in no
 * registry; as command_signer_public.
 */
int command_verification_open(struct command_verification *verification,
			      const struct location *place, struct error *err);

/*
 * Before place is fetched: looks in its registry for a signature by the key of what the reference
 * names, whose bytes are only hashed. From then on place is that digest. STATUS_DIGEST if there is
 * none, STATUS_LIMIT if too many things refer to the image; as command_registry_ask.
 */
int command_verification_check(const struct command_verification *verification,
			       struct command_registry *registry, struct location *place,
			       struct error *err);

#endif
