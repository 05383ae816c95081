/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the login for an image in files that other programs write. */
#include "registry/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/memory.h"
#include "fetch/cache.h"

int credentials_read(struct buffer *text, const char *path, bool required, struct error *err)
{
	struct stat st;
	int fd, result;

	if (!required && access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	fd = file_open(AT_FDCWD, path, err);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0) {
		result = error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	} else if (!cache_is_ours(&st)) {
		error_set(err, STATUS_FILE, "cannot use logins in '%s': others may write "
			  "to it", path);
		result = error_hint(err, "make it yours alone: chmod 600");
	} else {
		result = file_read_open(text, fd, path, err);
	}
	close(fd);
	return result;
}

/* ---- keys ---- */

static bool is_docker_hub(const char *host)
{
	return strcasecmp(host, "docker.io") == 0 || strcasecmp(host, "index.docker.io") == 0
	       || strcasecmp(host, "registry-1.docker.io") == 0;
}

/* Whether a key, which may be a URL, names the server, which is "host[:port]". */
static bool names_server(const char *key, const char *server)
{
	const char *rest = strncmp(key, "http://", 7) == 0 ? key + 7
			   : strncmp(key, "https://", 8) == 0 ? key + 8 : key;
	char *host = memory_copy(rest, rest == key ? strlen(rest) : strcspn(rest, "/"));
	const bool same = strcasecmp(host, server) == 0
			  || (is_docker_hub(host) && is_docker_hub(server));

	free(host);
	return same;
}

/* The member of an object whose key names the server, or NULL. */
static json_t *find_server(json_t *object, const char *server)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
		if (names_server(key, server))
			return value;
	return NULL;
}

/* The entry for a repository at the server, or NULL. */
static json_t *find_entry(json_t *auths, const char *server, const char *repository)
{
	char *key = memory_format("%s/%s", server, repository), *slash = key;
	json_t *entry = NULL;

	while (!entry && slash) {
		entry = json_object_get(auths, key);
		slash = strrchr(key, '/');
		if (slash)
			*slash = '\0';
	}
	free(key);
	return entry ? entry : find_server(auths, server);
}

/* ---- entries ---- */

static char *copy_member(const json_t *entry, const char *name)
{
	const char *value = json_string_value(json_object_get(entry, name));

	return value && *value ? memory_string(value) : NULL;
}

/* What may be in a field of a request: a token of RFC 6750 section 2.1, and some more. */
static bool is_visible(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Reads "auth", which is "user:password" in base 64; why it is refused, or NULL. */
static const char *read_login(struct credentials *found, const char *auth)
{
	size_t length;
	char *login = base64_parse(auth, &length), *colon;

	if (!login)
		return "its 'auth' is not base 64";
	/* Some programs pad the password with NULs. */
	colon = strchr(login, ':');
	if (colon) {
		*colon = '\0';
		found->user = memory_string(login);
		found->password = memory_string(colon + 1);
	}
	explicit_bzero(login, length);
	free(login);
	return colon ? NULL : "its 'auth' is not 'user:password' in base 64";
}

static const char *read_entry(struct credentials *found, const json_t *entry)
{
	const char *auth = json_string_value(json_object_get(entry, "auth")), *fault = NULL;

	if (!json_is_object(entry))
		return "it is not an object";
	found->identity_token = copy_member(entry, "identitytoken");
	found->registry_token = copy_member(entry, "registrytoken");
	if (found->registry_token && !is_visible(found->registry_token))
		fault = "its 'registrytoken' is not a token";
	if (!fault && auth && *auth)
		fault = read_login(found, auth);
	return fault;
}

static int refuse_helper(const char *path, const char *server, const char *helper,
			 struct error *err)
{
	error_set(err, STATUS_FILE, "cannot use the login at '%s' of '%s': docker-credential-%s "
		  "keeps it, and bundler runs no such program", server, path, helper);
	return error_hint(err, "write it to a file ('skopeo login --authfile FILE') and name that "
			  "with --authfile");
}

/* As credentials_find. */
static int find(struct credentials *found, json_t *file, const char *path, const char *server,
		const char *repository, struct error *err)
{
	const char *store = json_string_value(json_object_get(file, "credsStore")), *fault;
	json_t *helper = find_server(json_object_get(file, "credHelpers"), server);
	json_t *entry;

	if (json_is_string(helper))
		return refuse_helper(path, server, json_string_value(helper), err);
	entry = find_entry(json_object_get(file, "auths"), server, repository);
	if (!entry)
		return 0;
	fault = read_entry(found, entry);
	if (fault)
		return error_set(err, STATUS_FILE, "cannot use the login at '%s' of '%s': %s",
				 server, path, fault);
	if (found->user || found->identity_token || found->registry_token)
		return 1;
	return store && *store ? refuse_helper(path, server, store, err) : 0;
}

int credentials_find(struct credentials *found, const struct buffer *text, const char *path,
		     const struct reference *reference, struct error *err)
{
	char *server = reference->port ? memory_format("%s:%u", reference->host, reference->port)
				       : memory_string(reference->host);
	json_error_t unused;	/* it would have a part of the text */
	json_t *file = NULL;
	int result = 0;

	*found = (struct credentials){ 0 };
	if (text->length > 0) {
		file = json_loadb(text->bytes, text->length, JSON_REJECT_DUPLICATES, &unused);
		result = json_is_object(file)
			 ? find(found, file, path, server, reference->repository, err)
			 : error_set(err, STATUS_FILE, "cannot use logins in '%s': it is not a "
				     "JSON object", path);
	}
	if (result != 1)
		credentials_free(found);
	json_decref(file);
	free(server);
	return result;
}

static void forget(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void credentials_free(struct credentials *credentials)
{
	free(credentials->user);
	forget(credentials->password);
	forget(credentials->identity_token);
	forget(credentials->registry_token);
	*credentials = (struct credentials){ 0 };
}

char *credentials_basic(const struct credentials *credentials)
{
	char *login = memory_format("%s:%s", credentials->user, credentials->password);
	char *text = base64_write(login, strlen(login));
	char *value = memory_format("Basic %s", text);

	forget(login);
	forget(text);
	return value;
}
