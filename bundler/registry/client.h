/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_CLIENT_H
#define BUNDLER_REGISTRY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/confine.h"
#include "base/digest.h"
#include "base/error.h"
#include "fetch/event.h"
#include "fetch/http.h"
#include "fetch/proxy.h"
#include "image/reference.h"
#include "registry/credentials.h"

/*
 * Reads from registries (distribution-spec 1.1, "Pull"), and asks them for others (upload.h). Bytes
 * are handed out by their digest alone; no document of an image is parsed here, so whoever has the
 * network parses only HTTP, the answers of token services and what registries say of a failure.
 */

/* The manifests and indexes that are read, in one field: some proxies keep only one of several. */
#define REGISTRY_CLIENT_TYPES "application/vnd.oci.image.index.v1+json, " \
	"application/vnd.oci.image.manifest.v1+json, " \
	"application/vnd.docker.distribution.manifest.list.v2+json, " \
	"application/vnd.docker.distribution.manifest.v2+json"

struct registry_options {
	const char *cache;		/* the one that downloads have */
	const char *const *authfiles;	/* in the order in which they are looked at */
	size_t authfile_count;
	bool authfile_named;		/* by the user: it must be there */
	credentials_helper *helper;	/* for logins that programs keep */
	int ca_directory;		/* ca_file is below this descriptor, or AT_FDCWD */
	const char *ca_file, *ca_origin;	/* as those of fetch.h */
	struct proxies proxies;
	const char *const *plain_http;	/* "HOST" or "HOST:PORT": registries without TLS */
	size_t plain_http_count;
	bool offline;			/* the cache only */
	bool reread;			/* blobs, as struct fetch_asset has it */
	unsigned stall_seconds, total_seconds;	/* as for fetch */
	struct event_sink events;
	struct confine *confine;	/* begun, or NULL */
};

/* Threads may use it at the same time. */
struct registry_client;

/*
 * Reads the files with credentials, and keeps the pointers of options. STATUS_USAGE for a proxy
 * that cannot be used, STATUS_FILE for a file with credentials. Ended with registry_client_close.
 */
int registry_client_open(struct registry_client **client, const struct registry_options *options,
			 struct error *err);
void registry_client_close(struct registry_client *client);

/*
 * Lists in options.confine what reading from the reference's registry needs, and makes the cache;
 * before confine_network. STATUS_FILE.
 */
int registry_client_list(const struct registry_client *client, const struct reference *reference,
			 struct error *err);

/* Something of a repository. */
struct registry_client_target {
	const struct reference *reference;
	const char *collection;		/* "manifests", for example */
	const char *name;		/* among them */
};

/* Its URL; url_free. NULL, or why there is none, as url_parse. */
const char *registry_client_url(const struct registry_client *client,
				const struct registry_client_target *target, struct url *url);

/*
 * login_ask for a URL of the reference's repository. What the registry warns of is an event. The
 * times of request are set here.
 */
int registry_client_ask(struct registry_client *client, const struct reference *reference,
			const char *actions, const struct url *url, struct http_request *request,
			struct http_answer *answer, struct error *err);

/* The same for the host of a storage elsewhere, without a login: redirect_single. */
int registry_client_ask_elsewhere(struct registry_client *client, const struct url *url,
				  struct http_request *request, struct http_answer *answer,
				  struct error *err);

/* Some requests that may be made again, when answer, of the last one, says so. */
typedef int registry_client_try(void *context, struct http_answer *answer, struct error *err);

/* Tries, and again after pauses as for downloads. name is for events. */
int registry_client_attempts(struct registry_client *client, const char *name,
			     registry_client_try *try, void *context, struct error *err);

/* Tells of the phase that the work on name enters. */
void registry_client_phase(const struct registry_client *client, const char *name,
			   const char *phase);

/* Tells of an event about name. */
void registry_client_notify(const struct registry_client *client, enum event_kind kind,
			    const char *name, uint64_t done, uint64_t total);

/*
 * Adds the manifest or index with a digest or, when that is NULL, of a tag of the repository to
 * bytes, at most its maximum. *media_type is its Content-Type without parameters, which the caller
 * frees, or NULL when the cache had it. Both are the registry's word for a tag: the caller computes
 * the digest. STATUS_NETWORK, STATUS_TLS, STATUS_HTTP, STATUS_DIGEST, STATUS_LIMIT, STATUS_FILE,
 * STATUS_REGISTRY with the registry's own words, STATUS_INTERRUPTED.
 */
int registry_client_manifest(struct registry_client *client, const struct reference *reference,
			     const char *tag, const struct digest *digest, struct buffer *bytes,
			     char **media_type, struct error *err);

/*
 * Opens the blob with a digest and size: *fd is read-only and at 0, its bytes have just been
 * hashed, and the caller closes it. Errors as above.
 */
int registry_client_blob(struct registry_client *client, const struct reference *reference,
			 const struct digest *digest, uint64_t size, int *fd, struct error *err);

/*
 * Adds the lists of the referrers of a manifest to bytes, with a NUL between two ("Listing
 * Referrers"): the pages of the API or, where the registry has none, what is tagged with its digest
 * ("Referrers Tag Schema"); nothing if there is neither. *media_type as above, of the first. Errors
 * as above.
 */
int registry_client_referrers(struct registry_client *client, const struct reference *reference,
			      const struct digest *digest, struct buffer *bytes, char **media_type,
			      struct error *err);

/*
 * Adds the manifest with cosign's signatures of a manifest to bytes (listing.h), or nothing if
 * there is none. *media_type and errors as above.
 */
int registry_client_signatures(struct registry_client *client, const struct reference *reference,
			       const struct digest *digest, struct buffer *bytes,
			       char **media_type, struct error *err);

#endif
