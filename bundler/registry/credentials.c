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
#include "base/limits.h"
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

/* ---- helpers ---- */

/* What docker's own helpers print when they have no login, with status 1. */
#define NOT_FOUND "credentials not found in native keychain"
#define SHOWN_BYTES 200		/* of what else they print then */

/* Bytes of the first line that are shown. */
static size_t measure_line(const char *bytes, size_t length)
{
	size_t i = 0;

	while (i < length && i < SHOWN_BYTES && bytes[i] != '\n' && bytes[i] != '\0')
		i++;
	return i;
}

int credentials_parse(struct credentials *found, const struct buffer *answer, int status,
		      const char *name, struct error *err)
{
	const char *bytes = answer->bytes ? answer->bytes : "", *user, *secret;
	const size_t line = measure_line(bytes, answer->length);
	json_error_t unused;	/* it would have a part of the text */
	json_t *login;

	*found = (struct credentials){ 0 };
	if (status != 0 && line >= strlen(NOT_FOUND)
	    && strncmp(bytes, NOT_FOUND, strlen(NOT_FOUND)) == 0)
		return 0;
	if (status != 0)
		return error_set(err, STATUS_FILE, "docker-credential-%s ended with status %d%s"
				 "%.*s", name, status, line > 0 ? ": " : "", (int)line, bytes);
	login = json_loadb(bytes, answer->length, JSON_REJECT_DUPLICATES, &unused);
	user = json_string_value(json_object_get(login, "Username"));
	secret = json_string_value(json_object_get(login, "Secret"));
	if (user && secret && strcmp(user, "<token>") == 0) {
		found->identity_token = memory_string(secret);
	} else if (user && secret && *user) {
		found->user = memory_string(user);
		found->password = memory_string(secret);
	}
	json_decref(login);
	if (found->user || found->identity_token)
		return 1;
	return error_set(err, STATUS_FILE, "docker-credential-%s printed no login", name);
}

/* What a file is looked through for. */
struct search {
	const char *path, *server, *repository;
	credentials_helper *helper;
	void *context;
};

/* As credentials_find. Helpers of docker.io have its login under the key of old. */
static int ask_helper(const struct search *search, struct credentials *found, const char *name,
		      struct error *err)
{
	const char *server = is_docker_hub(search->server) ? "https://index.docker.io/v1/"
							   : search->server;
	struct error why;
	struct buffer answer;
	int status, result;

	buffer_init(&answer, LIMIT_HELPER_BYTES);
	result = search->helper(search->context, name, server, &answer, &status, &why);
	if (result == 0)
		result = credentials_parse(found, &answer, status, name, &why);
	if (result < 0) {
		error_set(err, why.status, "cannot use the login at '%s' of '%s': %s",
			  search->server, search->path, why.message);
		error_hint(err, "write it to a file ('skopeo login --authfile FILE') and name that "
			   "with --authfile");
	}
	if (answer.bytes)
		explicit_bzero(answer.bytes, answer.length);
	buffer_free(&answer);
	return result;
}

static int find(const struct search *search, struct credentials *found, json_t *file,
		struct error *err)
{
	const char *store = json_string_value(json_object_get(file, "credsStore")), *fault = NULL;
	json_t *helper = find_server(json_object_get(file, "credHelpers"), search->server);
	json_t *entry;

	if (json_is_string(helper))
		return ask_helper(search, found, json_string_value(helper), err);
	entry = find_entry(json_object_get(file, "auths"), search->server, search->repository);
	if (entry)
		fault = read_entry(found, entry);
	if (fault)
		return error_set(err, STATUS_FILE, "cannot use the login at '%s' of '%s': %s",
				 search->server, search->path, fault);
	if (found->user || found->identity_token || found->registry_token)
		return 1;
	return store && *store ? ask_helper(search, found, store, err) : 0;
}

int credentials_find(struct credentials *found, const struct buffer *text, const char *path,
		     const struct reference *reference, credentials_helper *helper, void *context,
		     struct error *err)
{
	char *server = reference->port ? memory_format("%s:%u", reference->host, reference->port)
				       : memory_string(reference->host);
	const struct search search = { path, server, reference->repository, helper, context };
	json_error_t unused;	/* it would have a part of the text */
	json_t *file = NULL;
	int result = 0;

	*found = (struct credentials){ 0 };
	if (text->length > 0) {
		file = json_loadb(text->bytes, text->length, JSON_REJECT_DUPLICATES, &unused);
		result = json_is_object(file)
			 ? find(&search, found, file, err)
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
