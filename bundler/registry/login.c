/* SPDX-License-Identifier: Apache-2.0 */
/* Asks registries with the logins that they ask for. */
#include "registry/login.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "registry/challenge.h"
#include "registry/credentials.h"
#include "registry/refusal.h"
#include "registry/token.h"

/* What a registry takes for one of its repositories. */
struct login {
	char *repository;	/* "HOST:PORT/REPOSITORY ACTIONS" */
	char *authorization;	/* the field's value */
	bool secret;		/* not what anybody gets */
	struct login *next;
};

/* What a helper has printed for a server, or why it has not. */
struct word {
	char *name, *server;
	struct buffer bytes;
	int status, result;
	struct error err;
	struct word *next;
};

struct logins {
	struct redirect *client;
	struct login_files files;
	struct buffer *texts;	/* of the files */
	pthread_mutex_t lock;	/* of the lists; one thread at a time logs in */
	struct login *first;
	struct word *words;
};

/* One request, which may be made several times. */
struct question {
	struct logins *logins;
	const struct reference *reference;
	const char *actions;
	const struct url *url;
	const struct http_request *request;
	char *repository;	/* as in struct login */
	const char *withheld;	/* why a login that there is was not used, or NULL */
};

/* ---- opening ---- */

int login_open(struct logins **logins, struct redirect *client, const struct login_files *files,
	       struct error *err)
{
	struct logins *new = memory_new(1, sizeof *new);
	int result = 0;

	*new = (struct logins){ .client = client, .files = *files };
	pthread_mutex_init(&new->lock, NULL);
	new->texts = memory_new(files->count + 1, sizeof *new->texts);
	for (size_t i = 0; i < files->count; i++)
		buffer_init(&new->texts[i], LIMIT_AUTHFILE_BYTES);
	for (size_t i = 0; i < files->count && result == 0; i++)
		result = credentials_read(&new->texts[i], files->paths[i], files->named, err);
	if (result < 0) {
		login_close(new);
		new = NULL;
	}
	*logins = new;
	return result;
}

static void forget(char *secret)
{
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

static void forget_bytes(struct buffer *secret)
{
	if (secret->bytes)
		explicit_bzero(secret->bytes, secret->length);
	buffer_free(secret);
}

void login_close(struct logins *logins)
{
	struct login *login;
	struct word *word;

	if (!logins)
		return;
	while ((word = logins->words)) {
		logins->words = word->next;
		forget_bytes(&word->bytes);
		free(word->name);
		free(word->server);
		free(word);
	}
	while ((login = logins->first)) {
		logins->first = login->next;
		free(login->repository);
		forget(login->authorization);
		free(login);
	}
	for (size_t i = 0; i < logins->files.count; i++)
		forget_bytes(&logins->texts[i]);
	free(logins->texts);
	pthread_mutex_destroy(&logins->lock);
	free(logins);
}

/* ---- what is remembered ---- */

/* The login for the question's repository, or NULL; with the lock. */
static struct login *find_login(const struct question *question)
{
	struct login *login = question->logins->first;

	while (login && strcmp(login->repository, question->repository) != 0)
		login = login->next;
	return login;
}

/* Replaces it; takes authorization. */
static void remember(struct question *question, char *authorization, bool secret)
{
	struct login *login = find_login(question);

	if (!login) {
		login = memory_new(1, sizeof *login);
		login->repository = memory_string(question->repository);
		login->next = question->logins->first;
		question->logins->first = login;
	} else {
		forget(login->authorization);
	}
	login->authorization = authorization;
	login->secret = secret;
}

/* A copy of its field, or NULL. Caller frees. */
static char *recall(const struct question *question, bool *secret)
{
	const struct login *login;
	char *authorization;

	pthread_mutex_lock(&question->logins->lock);
	login = find_login(question);
	authorization = login ? memory_string(login->authorization) : NULL;
	*secret = login && login->secret;
	pthread_mutex_unlock(&question->logins->lock);
	return authorization;
}

/* ---- challenges ---- */

/*
 * For credentials.h: asks a helper for a server once, since it may ask a person, or take its time
 * to fail. With the lock.
 */
static int ask_helper(void *context, const char *name, const char *server, struct buffer *answer,
		      int *status, struct error *err)
{
	struct logins *logins = context;
	struct word *word = logins->words;

	while (word && (strcmp(word->name, name) != 0 || strcmp(word->server, server) != 0))
		word = word->next;
	if (!word) {
		word = memory_new(1, sizeof *word);
		*word = (struct word){ .name = memory_string(name),
				       .server = memory_string(server), .next = logins->words };
		logins->words = word;
		buffer_init(&word->bytes, LIMIT_HELPER_BYTES);
		word->result = logins->files.helper(logins->files.context, name, server,
						    &word->bytes, &word->status, &word->err);
	}
	buffer_add(answer, word->bytes.bytes, word->bytes.length);
	*status = word->status;
	*err = word->err;
	return word->result;
}

/* The login of the first file that has one: as credentials_find. With the lock. */
static int find_credentials(const struct question *question, struct credentials *found,
			    struct error *err)
{
	struct logins *logins = question->logins;
	int result = 0;

	*found = (struct credentials){ 0 };
	for (size_t i = 0; i < logins->files.count && result == 0; i++)
		result = credentials_find(found, &logins->texts[i], logins->files.paths[i],
					  question->reference, ask_helper, logins, err);
	return result;
}

/*
 * Does what a challenge asks for, with a token of this scope: 1, and the login is remembered; 0,
 * there is nothing to do it with; -1. answer, of the challenge, becomes that of the token service,
 * if one is asked. With the lock.
 */
static int log_in(struct question *question, const struct challenge *challenge, const char *scope,
		  struct http_answer *answer, struct error *err)
{
	const struct url *url = question->url;
	struct credentials found;
	const int any = find_credentials(question, &found, err);
	const bool safe = url->scheme == URL_HTTPS || answer->address == ADDRESS_LOOPBACK;
	const struct token_request service = {
		.client = question->logins->client, .registry = url,
		.registry_address = answer->address, .challenge = challenge,
		.credentials = any > 0 && safe ? &found : NULL, .scope = scope,
		.stall_seconds = question->request->stall_seconds,
		.deadline = question->request->deadline,
	};
	char *authorization = NULL, *token = NULL;
	bool secret = any > 0 && safe;
	int result = any < 0 ? -1 : 0;

	if (any > 0 && !safe)
		question->withheld = "a login goes over plain http to this machine only";
	if (secret && found.registry_token) {
		authorization = memory_format("Bearer %s", found.registry_token);
	} else if (any >= 0 && challenge->bearer) {
		http_answer_free(answer);
		result = token_get(&service, &token, &secret, answer, err);
		if (any > 0 && safe && !secret)
			question->withheld = "the login is not for a token service in another "
					     "domain than the registry's";
		if (result == 0)
			authorization = memory_format("Bearer %s", token);
	} else if (secret && challenge->basic && found.user) {
		authorization = credentials_basic(&found);
	}
	if (authorization) {
		remember(question, authorization, secret);
		result = 1;
	}
	if (token)
		forget(token);
	credentials_free(&found);
	return result;
}

/*
 * Answers the challenges of a 401 to a request that had used as its Authorization: as log_in. count
 * is how often that was done for this question.
 */
static int answer_challenge(struct question *question, const char *used, unsigned count,
			    struct http_answer *answer, struct error *err)
{
	const char *text = answer->headers[HTTP_WWW_AUTHENTICATE], *fault, *scope = NULL;
	char *own = memory_format("repository:%s:%s", question->reference->repository,
				  question->actions);
	struct challenge challenge;
	const struct login *login;
	int result = 0;

	fault = challenge_parse(&challenge, text ? text : "");
	/* A token of the own scope was not enough: the registry may say what is. */
	if (count == 0)
		scope = own;
	else if (count == 1 && challenge.error
		 && strcmp(challenge.error, "insufficient_scope") == 0)
		scope = challenge.scope;
	pthread_mutex_lock(&question->logins->lock);
	login = find_login(question);
	if (fault)
		result = error_set(err, STATUS_HTTP, "cannot %s '%s': its WWW-Authenticate is "
				   "refused: %s (RFC 9110 section 11.6.1)",
				   http_verb(question->request), question->url->shown, fault);
	else if (count == 0 && login && (!used || strcmp(login->authorization, used) != 0))
		result = 1;	/* another thread has logged in meanwhile */
	else if (scope)
		result = log_in(question, &challenge, scope, answer, err);
	pthread_mutex_unlock(&question->logins->lock);
	challenge_free(&challenge);
	free(own);
	return result;
}

/* ---- asking ---- */

/* Says in the registry's own words why it refuses, where it has any, and what may help. */
static void explain_refusal(const struct question *question, const struct http_answer *answer,
			    const struct buffer *body, struct error *err)
{
	const bool reads = strcmp(question->actions, "pull") == 0;
	char *words = refusal_read(body);

	if (words)
		error_set(err, STATUS_REGISTRY, "cannot %s '%s': the registry says: %s",
			  http_verb(question->request), question->url->shown, words);
	if (answer->status == 401 || answer->status == 403)
		error_hint(err, "it does not exist, or a login is needed that may %s it; "
			   "--authfile names a file with logins", reads ? "read" : "write to");
	free(words);
}

int login_ask(struct logins *logins, const struct reference *reference, const char *actions,
	      const struct url *url, struct http_request *request, struct http_answer *answer,
	      struct error *err)
{
	struct question question = {
		.logins = logins, .reference = reference, .actions = actions, .url = url,
		.request = request,
	};
	const bool sends = request->method == HTTP_POST || request->method == HTTP_PUT;
	struct buffer refusal;
	char *used = NULL;
	int result = -1, again = 1;
	bool secret;

	question.repository = memory_format("%s:%u/%s %s", url->host, url->port,
					    reference->repository, actions);
	buffer_init(&refusal, LIMIT_REFUSAL_BYTES);
	request->refusal = &refusal;
	request->most_private = ADDRESS_LOOPBACK;
	for (unsigned count = 0; again == 1; count++) {
		if (used)
			forget(used);
		used = recall(&question, &secret);
		request->authorization = used;
		request->this_machine = secret && url->scheme == URL_HTTP;
		buffer_free(&refusal);
		if (count > 0)
			http_answer_free(answer);
		result = (sends ? redirect_single : redirect_get)(logins->client, url, request,
								  answer, err);
		again = 0;
		if (result < 0 && answer->status == 401 && !answer->redirected)
			again = answer_challenge(&question, used, count, answer, err);
	}
	if (result < 0 && again == 0 && !answer->redirected)
		explain_refusal(&question, answer, &refusal, err);
	if (result < 0 && answer->newer_tls)
		error_hint(err, "'skopeo copy --all docker://IMAGE oci:DIR' can reach it, and "
			   "the other way round; oci:DIR is a place for bundler");
	if (result < 0 && question.withheld)
		error_hint(err, "%s", question.withheld);
	request->authorization = NULL;
	request->refusal = NULL;
	if (used)
		forget(used);
	buffer_free(&refusal);
	free(question.repository);
	return result;
}
