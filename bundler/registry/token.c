/* SPDX-License-Identifier: Apache-2.0 */
/* Gets tokens, and decides who is asked for them with what. */
#include "registry/token.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "registry/refusal.h"

/* ---- who gets credentials ---- */

static bool is_below(const char *host, const char *domain)
{
	const size_t length = strlen(host), end = strlen(domain);

	return length > end && host[length - end - 1] == '.'
	       && strcmp(host + length - end, domain) == 0;
}

/*
 * The domain above a host, or NULL where strangers may have names in it: it needs two labels, and
 * of two the first must be longer than the "co" of co.uk.
 */
static const char *parent_domain(const char *host)
{
	const char *parent = strchr(host, '.'), *dot;
	struct address unused;

	if (!parent || host[0] == '[' || address_parse(&unused, host) == 0)
		return NULL;
	parent++;
	dot = strchr(parent, '.');
	return dot && (strchr(dot + 1, '.') || dot - parent > 3) ? parent : NULL;
}

bool token_shares_domain(const char *registry, const char *service)
{
	const char *parent = parent_domain(registry);

	if (strcmp(registry, service) == 0 || is_below(service, registry))
		return true;
	/* registry.example.com and auth.example.com, or example.com itself */
	return parent && (strcmp(parent, service) == 0 || is_below(service, parent));
}

/* ---- the question ---- */

static int refuse_service(const struct token_request *request, const char *reason,
			  struct error *err)
{
	/* Not shown: anything may be in it. */
	return error_set(err, STATUS_HTTP, "cannot fetch '%s': the registry names a token service "
			 "that is refused: %s", request->registry->shown, reason);
}

static int parse_realm(struct url *realm, const struct token_request *request, struct error *err)
{
	const char *fault;

	if (!request->challenge->realm)
		return refuse_service(request, "it has no 'realm'", err);
	fault = url_parse(realm, request->challenge->realm);
	if (fault)
		return refuse_service(request, fault, err);
	if (realm->scheme == URL_HTTPS
	    || (realm->scheme == URL_HTTP && request->registry->scheme == URL_HTTP
		&& strcmp(realm->host, request->registry->host) == 0))
		return 0;
	url_free(realm);
	return refuse_service(request, "it is not https", err);
}

/* "NAME=VALUE&" for what there is. */
static void add_parameter(struct buffer *text, const char *name, const char *value)
{
	char *encoded = value ? url_encode(value) : NULL;

	if (encoded)
		buffer_format(text, "%s%s=%s", text->length > 0 ? "&" : "", name, encoded);
	free(encoded);
}

/* GET with user and password, if there are any; POST with an identity token. Caller frees. */
static char *write_parameters(const struct token_request *request,
			      const struct credentials *credentials, bool post)
{
	struct buffer text;

	buffer_init(&text, LIMIT_TOKEN_BYTES);
	if (post)
		add_parameter(&text, "grant_type", "refresh_token");
	else if (credentials && credentials->user)
		add_parameter(&text, "account", credentials->user);
	add_parameter(&text, "service", request->challenge->service);
	add_parameter(&text, "scope", request->scope);
	if (post) {
		add_parameter(&text, "client_id", "bundler");
		add_parameter(&text, "refresh_token", credentials->identity_token);
	}
	return buffer_take(&text);
}

/* ---- the answer ---- */

const char *token_parse(char **token, const struct buffer *text)
{
	json_error_t unused;
	json_t *root = text->bytes ? json_loadb(text->bytes, text->length, JSON_REJECT_DUPLICATES,
						&unused) : NULL;
	const char *value = json_string_value(json_object_get(root, "token")), *fault = NULL;

	*token = NULL;
	/* OAuth 2 has another name for it; services send one or both. */
	if (!value)
		value = json_string_value(json_object_get(root, "access_token"));
	if (!value || !*value)
		fault = json_is_object(root) ? "it has no token" : "it is not a JSON object";
	for (const char *p = fault ? "" : value; *p && !fault; p++)
		if (*p <= ' ' || *p > '~')
			fault = "its token has characters that no token has (RFC 6750 section 2.1)";
	if (!fault)
		*token = memory_string(value);
	json_decref(root);
	return fault;
}

static int on_head(void *context, const struct http_answer *answer, struct error *err)
{
	(void)context, (void)answer, (void)err;
	return 0;
}

static int on_body(void *context, const void *bytes, size_t length, struct error *err)
{
	if (buffer_add(context, bytes, length) == 0)
		return 0;
	return error_set(err, STATUS_LIMIT, "cannot log in: the token service's answer has more "
			 "than %llu bytes", LIMIT_TOKEN_BYTES);
}

/* One request; text gets the answer. The service's own words are put into err. */
static int ask(const struct token_request *request, const struct url *realm,
	       const struct credentials *credentials, bool post, struct buffer *text,
	       struct http_answer *answer, struct error *err)
{
	char *parameters = write_parameters(request, credentials, post);
	char *authorization = !post && credentials && credentials->user
			      ? credentials_basic(credentials) : NULL;
	struct buffer refusal;
	struct http_request http = {
		.most_private = request->registry_address,
		.this_machine = credentials && realm->scheme == URL_HTTP,
		.authorization = authorization, .form = post ? parameters : NULL,
		.refusal = &refusal, .stall_seconds = request->stall_seconds,
		.deadline = request->deadline, .head = on_head, .body = on_body, .context = text,
	};
	char *address = post ? memory_string(realm->text)
			     : memory_format("%s%c%s", realm->text,
					     strchr(realm->text, '?') ? '&' : '?', parameters);
	const char *fault;
	char *words = NULL;
	struct url url;
	int result;

	*answer = (struct http_answer){ 0 };
	buffer_init(&refusal, LIMIT_REFUSAL_BYTES);
	fault = url_parse(&url, address);
	if (fault) {
		result = refuse_service(request, fault, err);
	} else {
		result = redirect_single(request->client, &url, &http, answer, err);
		words = result < 0 && answer->status != 0 ? refusal_read(&refusal) : NULL;
		if (words)
			error_set(err, STATUS_REGISTRY, "cannot log in at '%s': the token service "
				  "says: %s", url.shown, words);
		url_free(&url);
	}
	free(words);
	buffer_free(&refusal);
	free(address);
	free(authorization);
	free(parameters);
	return result;
}

int token_get(const struct token_request *request, char **token, bool *secret,
	      struct http_answer *answer, struct error *err)
{
	const struct credentials *credentials = request->credentials;
	const char *fault;
	struct buffer text;
	struct url realm;
	int result = -1;
	bool post;

	*token = NULL;
	*answer = (struct http_answer){ 0 };
	if (parse_realm(&realm, request, err) < 0)
		return -1;
	if (credentials && !token_shares_domain(request->registry->host, realm.host))
		credentials = NULL;
	*secret = credentials != NULL;
	post = credentials && credentials->identity_token;
	buffer_init(&text, LIMIT_TOKEN_BYTES);
	result = ask(request, &realm, credentials, post, &text, answer, err);
	/* Some services know no POST. */
	if (result < 0 && post && (answer->status == 404 || answer->status == 405)) {
		http_answer_free(answer);
		result = ask(request, &realm, credentials, false, &text, answer, err);
	}
	if (result == 0 && (fault = token_parse(token, &text)))
		result = error_set(err, STATUS_HTTP, "cannot log in at '%s': the answer of the "
				   "token service is refused: %s", realm.shown, fault);
	if (text.bytes)
		explicit_bzero(text.bytes, text.length);
	buffer_free(&text);
	url_free(&realm);
	return result;
}
