/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_UPLOAD_H
#define BUNDLER_REGISTRY_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "image/reference.h"
#include "registry/client.h"

/*
 * Writes to registries (distribution-spec 1.1, "Push"): each blob whole in one PUT, which the sizes
 * and digests that are known allow, so without the chunks that registries disagree about. Nothing
 * but 201 is a success.
 */

/* Bytes of a file that are to be sent: from offset on, with this digest, which is checked. */
struct upload {
	int fd;
	uint64_t offset, size;
	struct digest digest;
	const char *type;	/* of a manifest: its media type */
};

/*
 * Sends a blob that the repository lacks. *there says whether it had it. STATUS_DIGEST for bytes
 * that are not those of the digest; STATUS_NETWORK, STATUS_TLS, STATUS_HTTP, STATUS_FILE,
 * STATUS_REGISTRY with the registry's own words, STATUS_INTERRUPTED.
 */
int upload_blob(struct registry_client *client, const struct reference *reference,
		const struct upload *upload, bool *there, struct error *err);

/*
 * Sends a manifest or index by its digest, or as a tag. *linked says whether the registry lists it
 * among the referrers of its subject ("Pushing Manifests with Subject"). Errors as above.
 */
int upload_manifest(struct registry_client *client, const struct reference *reference,
		    const char *tag, const struct upload *upload, bool *linked, struct error *err);

/*
 * Whether the registry shows a manifest with this digest under a tag or, without one, at all: 1, 0,
 * or -1 with an error as above. Its own word is taken where it gives one, else what it sends.
 */
int upload_check(struct registry_client *client, const struct reference *reference,
		 const char *tag, const struct digest *digest, struct error *err);

#endif
