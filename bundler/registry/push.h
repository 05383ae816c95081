/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_PUSH_H
#define BUNDLER_REGISTRY_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "image/closure.h"
#include "image/reference.h"
#include "registry/pull.h"

/*
 * An image of a place, sent to a registry with all its digests (distribution-spec, "Push"): first
 * blobs, then manifests, what others refer to before them, and the name at the end. Like pull.h,
 * this has no network, and asks whoever has one.
 */

enum push_kind {
	PUSH_CHECK,	/* whether the reference's name, or without one its digest, is this one */
	PUSH_BLOB,
	PUSH_MANIFEST,	/* by its digest */
	PUSH_NAMED,	/* the same, by the tag of the reference */
	PUSH_REFERRERS,	/* the list of what refers to subject */
	PUSH_SIGNATURES	/* the manifest of cosign's signatures of subject */
};

struct push_item {
	enum push_kind kind;
	struct digest digest, subject;
	uint64_t offset, size;		/* of its bytes in fd */
	int fd;				/* -1 for PUSH_CHECK */
	char type[PULL_TYPE_BYTES];	/* of a manifest or index */
	/* the answer */
	bool there;	/* nothing was sent, because the registry has it */
	bool linked;	/* the registry lists it among the referrers of its subject */
};

/* Sends up to PULL_ITEMS items for push, which closes their descriptors. */
typedef int push_ask(void *context, struct push_item *items, size_t count, struct error *err);

struct push_peer {
	push_ask *send;
	pull_ask *fetch;
	void *context;
};

struct push_result {
	struct digest digest;		/* of what the reference leads to */
	uint64_t sent, sent_bytes;	/* blobs, and their bytes */
	uint64_t there, there_bytes;	/* that were there */
};

/*
 * Sends what a closure has. A digest of the reference must be that of the closure's top
 * (STATUS_DIGEST). Where the registry does not list referrers, their lists are kept under tags
 * ("Referrers Tag Schema"): STATUS_REGISTRY if something else is there. A referrer that is one of
 * cosign's signatures is also added to those under their tag. scratch is a directory for these.
 * Afterwards the registry must say that the name is the image (STATUS_REGISTRY). Other errors are
 * those of the peer.
 */
int push_image(const struct closure *closure, const struct reference *reference,
	       const struct push_peer *peer, int scratch, struct push_result *result,
	       struct error *err);

#endif
