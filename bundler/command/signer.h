/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_SIGNER_H
#define BUNDLER_COMMAND_SIGNER_H

#include "attest/key.h"
#include "base/error.h"
#include "command/option.h"

/* Keys that commands sign and verify with. */

struct command_signer {
	const char *file;		/* --key */
	struct attest_key key;
};

/* A row for the options of a command whose struct run has such a struct named signer. */
#define COMMAND_SIGNER_OPTIONS \
	{ "key", "FILE", "sign with this private key: P-256, PEM without encryption", \
	  OPTION(signer.file) }

/*
 * Reads the key, if one is named, before the process gives up reading what it does not list: a
 * regular file of the user's own that nobody else may read. STATUS_CONFIG for another key,
 * STATUS_FILE for another file. command_signer_close in any case.
 */
int command_signer_open(struct command_signer *signer, struct error *err);

/* The key, or NULL if none is named. */
const struct attest_key *command_signer_key(const struct command_signer *signer);

/* Overwrites the key. */
void command_signer_close(struct command_signer *signer);

/* Reads a public key from a file that anybody may read. STATUS_CONFIG, STATUS_FILE. */
int command_signer_public(struct attest_key *key, const char *file, struct error *err);

#endif
