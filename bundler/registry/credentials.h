/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_CREDENTIALS_H
#define BUNDLER_REGISTRY_CREDENTIALS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "image/reference.h"

/*
 * The files in which docker, podman and skopeo keep logins: config.json and auth.json
 * (containers-auth.json(5)). No message has anything of a secret.
 */

/* A login at a registry; members that it does not have are NULL. */
struct credentials {
	char *user, *password;
	char *identity_token;	/* for the token service, instead of both */
	char *registry_token;	/* for the registry itself */
};

/*
 * Runs the program docker-credential-NAME for a server, which adds what it prints to answer, and
 * sets *status to its exit status. -1 with err filled if there is no answer.
 */
typedef int credentials_helper(void *context, const char *name, const char *server,
			       struct buffer *answer, int *status, struct error *err);

/*
 * Adds the file at path to text. A missing one is empty, unless required. STATUS_FILE, also when
 * others may write to the file; STATUS_LIMIT.
 */
int credentials_read(struct buffer *text, const char *path, bool required, struct error *err);

/*
 * Looks in the text of a file for the login at the registry of a reference: what the helper of
 * "credHelpers" for the host has; else the most specific of "host/namespace/repository" to "host",
 * or a host written as a URL; else what the helper in "credsStore" has. 1, found is filled and
 * freed with credentials_free; 0, there is none; -1, STATUS_FILE: the file is malformed, or the
 * error of the helper. path is for messages.
 */
int credentials_find(struct credentials *found, const struct buffer *text, const char *path,
		     const struct reference *reference, credentials_helper *helper, void *context,
		     struct error *err);

/*
 * Reads what a helper has printed (docker-credential-helpers, "get"), which ended with status: 1,
 * found is filled; 0, it has no login; -1, STATUS_FILE. name is the helper's, for messages.
 */
int credentials_parse(struct credentials *found, const struct buffer *answer, int status,
		      const char *name, struct error *err);

void credentials_free(struct credentials *credentials);

/* The value of an Authorization field with user and password (RFC 7617). Caller frees. */
char *credentials_basic(const struct credentials *credentials);

#endif
