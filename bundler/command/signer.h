/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_SIGNER_H
#define BUNDLER_COMMAND_SIGNER_H

#include <stdbool.h>
#include <stddef.h>

#include "attest/key.h"
#include "base/buffer.h"
#include "base/confine.h"
#include "base/error.h"
#include "base/pool.h"
#include "command/option.h"

/*
 * Keys that commands sign and verify with. A key that is elsewhere, such as in a smart card, signs
 * in two runs of one command, which make the same statements: the first writes what is to be
 * signed, the second takes the signatures.
 */

struct command_signer {
	const char *file;		/* --key */
	const char *public_file;	/* --verify-key: of a key that is elsewhere */
	const char *payloads;		/* --payload: the directory for what is to be signed */
	const char *signatures;		/* --signature: the directory of the signatures */
	struct attest_key key;
	char *made;			/* the first directory that was made for --payload */
	struct buffer *texts;		/* what is to be signed */
	size_t count;
	struct pool pool;
};

/* A row for the options of a command whose struct run has such a struct named signer. */
#define COMMAND_SIGNER_OPTIONS \
	{ "key", "FILE", "sign with this private key: P-256, PEM without encryption", \
	  OPTION(signer.file) }

/* And for a key that is elsewhere. */
#define COMMAND_SIGNER_ELSEWHERE \
	{ "payload", "DIR", "write what a key elsewhere is to sign to DIR, and attest nothing", \
	  OPTION(signer.payloads) }, \
	{ "signature", "DIR", "take the signatures of that from DIR", OPTION(signer.signatures) }, \
	{ "verify-key", "FILE", "the public key of these signatures", OPTION(signer.public_file) }

/*
 * Reads the key, if one is named, before the process gives up reading what it does not list. A
 * private one is in a regular file of the user's own that nobody else may read. STATUS_USAGE for
 * options that do not go together, STATUS_CONFIG for another key, STATUS_FILE for another file.
 * command_signer_close in any case.
 */
int command_signer_open(struct command_signer *signer, struct error *err);

/* The key, or NULL if nothing is to be signed. */
const struct attest_key *command_signer_key(const struct command_signer *signer);

/*
 * Lists the directories; makes that for payloads, which is removed again unless they are published.
 * STATUS_FILE.
 */
int command_signer_list(struct command_signer *signer, struct confine *confine,
			struct error *err);

/*
 * Signs a payload of a type, in an envelope (attest/envelope.h), or alone if type is NULL: with the
 * key; with the signature from elsewhere, which must be the key's; or for --payload with none, and
 * keeps what is to be signed. STATUS_FILE, STATUS_DIGEST.
 */
int command_signer_sign(struct command_signer *signer, const char *type, const void *payload,
			size_t length, struct attest_signature *signature, struct error *err);

/*
 * Writes what is to be signed, all or nothing, each as DIR/sha256-DIGEST, and prints these names.
 * STATUS_FILE.
 */
int command_signer_publish(struct command_signer *signer, struct error *err);

/* Overwrites the key, and removes what was made for nothing. */
void command_signer_close(struct command_signer *signer);

/* Reads a public key from a file that anybody may read. STATUS_CONFIG, STATUS_FILE. */
int command_signer_public(struct attest_key *key, const char *file, struct error *err);

#endif
