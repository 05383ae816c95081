/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_BLOBS_H
#define BUNDLER_VALIDATE_BLOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/findings.h"
#include "image/descriptor.h"
#include "image/document.h"
#include "image/files.h"
#include "image/layer_input.h"
#include "validate/layer_members.h"
#include "validate/schema.h"

/*
 * The files of an image while it is validated: each is hashed, and each layer unpacked, once,
 * whoever refers to it. What is wrong with one becomes a finding; what cannot be read ends the
 * whole.
 */

/* A layer, listed. */
struct blobs_layer {
	bool unpacked;		/* the DiffID is known; else only the blob's digest */
	struct layer_sums sums;
	struct layer_members members;
};

/* What is known of an entry of the store. */
struct blobs_state {
	bool used;		/* something refers to it */
	bool entered;		/* an index or manifest that was looked at */
	bool hashed;		/* this and the layers: of the file that an entry leads to */
	struct digest digest;
	struct blobs_layer *layers[3];	/* by how they are taken to be compressed */
	const char *os, *architecture, *variant;	/* of a manifest's image, or NULL */
};

struct blobs {
	struct files *files;
	const char *place;	/* for messages */
	bool strict;
	bool lost;		/* a reference led nowhere: more may be in use than is known */
	struct findings *findings;
	struct blobs_state *states;	/* by entry */
	uint64_t stored, unpacked, documents;	/* bytes that may still be looked at */
	uint64_t lookups;	/* that may still be made in layers */
	struct layer_budget members;
	struct pool pool;
	struct error *err;
};

/* Begins with a store, which blobs_close does not close. err stays the caller's. */
void blobs_open(struct blobs *blobs, struct files *files, const char *place, bool strict,
		struct findings *findings, struct error *err);
void blobs_close(struct blobs *blobs);

/* What is known of an entry. */
struct blobs_state *blobs_state(struct blobs *blobs, const struct files_entry *entry);

/* More than one of limits.h's maxima allows. Returns -1. */
int blobs_limit(struct blobs *blobs, const char *reason);

/*
 * The entry of a name that user, a file or NULL, refers to, now in use. NULL, and a finding under
 * rule, when it is not there or cannot be read.
 */
const struct files_entry *blobs_find(struct blobs *blobs, const char *name, const char *user,
				     const char *rule);

/*
 * The blob of a descriptor in the document named user. NULL as for blobs_find; its size is
 * checked.
 */
const struct files_entry *blobs_of(struct blobs *blobs, const struct descriptor *descriptor,
				   const char *user);

/* Hashes a file, unless that was done before. */
int blobs_hash(struct blobs *blobs, const struct files_entry *entry);

/* A finding unless a file that is hashed has this digest. */
void blobs_verify(struct blobs *blobs, const struct files_entry *entry,
		  const struct digest *digest);

/*
 * Reads a JSON document and checks its members; it is hashed, too. 1; 0 when it is no JSON, which
 * is a finding; -1. document_free in the first case only.
 */
int blobs_document(struct blobs *blobs, const struct files_entry *entry, const char *rule,
		   schema_check *check, struct document *document);

/* How the content of a layer is compressed, judged by its first bytes. */
int blobs_compression(struct blobs *blobs, const struct files_entry *entry,
		      enum media_compression *compression);

/* Reads a layer; what it is belongs to inspect. */
int blobs_layer(struct blobs *blobs, const struct files_entry *entry,
		enum media_compression compression, const struct blobs_layer **layer);

#endif
