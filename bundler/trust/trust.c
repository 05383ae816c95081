/* SPDX-License-Identifier: Apache-2.0 */
/* An X.509 engine for BearSSL: finds a path, applies the policy, verifies the signatures. */
#include "trust/trust.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "trust/bundle.h"
#include "trust/policy.h"
#include "trust/signature.h"

struct trust {
	struct bundle bundle;
};

/* A search for a path from the server's certificate to a root. */
struct search {
	struct trust_engine *engine;
	struct certificate sent[LIMIT_CHAIN_CERTIFICATES];
	bool used[LIMIT_CHAIN_CERTIFICATES];
	const struct certificate *path[LIMIT_CHAIN_CERTIFICATES + 1];
	size_t length;
	int steps;		/* certificates that may still be tried */
};

int trust_load(struct trust **trust, int dirfd, const char *path, struct error *err)
{
	struct bundle bundle;

	if (bundle_load(&bundle, dirfd, path, err) < 0)
		return -1;
	*trust = memory_new(1, sizeof **trust);
	(*trust)->bundle = bundle;
	return 0;
}

int trust_parse(struct trust **trust, const char *name, const char *pem, size_t length,
		struct error *err)
{
	struct bundle bundle;

	if (bundle_parse(&bundle, name, pem, length, err) < 0)
		return -1;
	*trust = memory_new(1, sizeof **trust);
	(*trust)->bundle = bundle;
	return 0;
}

void trust_free(struct trust *trust)
{
	if (!trust)
		return;
	bundle_free(&trust->bundle);
	free(trust);
}

int trust_check_host(const char *host, struct error *err)
{
	if (policy_is_host(host, strlen(host)))
		return 0;
	return error_set(err, STATUS_TLS, "cannot check the certificate of '%s': not a DNS name "
			 "(RFC 1123 section 2.1)", host);
}

/* Keeps the first reason: it belongs to the path that the server most likely meant. */
static void note(struct trust_engine *engine, const char *reason)
{
	if (engine->reason[0] == '\0')
		snprintf(engine->reason, sizeof engine->reason, "%s", reason);
}

static struct trust_engine *engine_of(const br_x509_class **context)
{
	return (struct trust_engine *)(void *)context;
}

static void start_chain(const br_x509_class **context, const char *server_name)
{
	struct trust_engine *engine = engine_of(context);

	engine->chain.count = 0;
	engine->chain.length = 0;
	engine->verdict = BR_ERR_X509_EMPTY_CHAIN;
	engine->reason[0] = '\0';
	/* A name that is cut here is still longer than any valid name, and is refused. */
	snprintf(engine->host, sizeof engine->host, "%s", server_name ? server_name : "");
}

static void start_cert(const br_x509_class **context, uint32_t length)
{
	(void)context;
	(void)length;
}

static void append(const br_x509_class **context, const unsigned char *bytes, size_t length)
{
	struct trust_chain *chain = &engine_of(context)->chain;

	/* A count above the maximum marks a chain to be refused. */
	if (length > sizeof chain->bytes - chain->length)
		chain->count = LIMIT_CHAIN_CERTIFICATES + 1;
	if (chain->count > LIMIT_CHAIN_CERTIFICATES)
		return;
	memcpy(chain->bytes + chain->length, bytes, length);
	chain->length += length;
}

static void end_cert(const br_x509_class **context)
{
	struct trust_chain *chain = &engine_of(context)->chain;

	if (chain->count < LIMIT_CHAIN_CERTIFICATES)
		chain->ends[chain->count++] = chain->length;
	else
		chain->count = LIMIT_CHAIN_CERTIFICATES + 1;
}

/* Whether the path with this root added to it is good. */
static bool accept(struct search *search, size_t root)
{
	struct trust_engine *engine = search->engine;
	const struct trust *trust = engine->trust;
	char reason[POLICY_REASON_BYTES];

	search->path[search->length] = &trust->bundle.entries[root].certificate;
	if (policy_check(search->path, search->length + 1, engine->host, engine->now, reason) < 0) {
		note(engine, reason);
		return false;
	}
	for (size_t i = 0; i < search->length; i++) {
		const char *fault = signature_check(search->path[i], search->path[i + 1]);

		if (fault) {
			note(engine, fault);
			return false;
		}
	}
	return true;
}

static bool issued(const struct certificate *issuer, const struct certificate *certificate)
{
	return der_equal(issuer->subject, certificate->issuer);
}

/* Completes the path depth first; tries roots before the certificates that the server sent. */
static bool extend(struct search *search)
{
	const struct certificate *last = search->path[search->length - 1];
	const struct bundle *bundle = &search->engine->trust->bundle;
	char *issuer, *reason;

	if (search->steps-- <= 0)
		return false;
	for (size_t i = 0; i < bundle->count; i++)
		if (issued(&bundle->entries[i].certificate, last) && accept(search, i))
			return true;
	for (size_t i = 0; i < search->engine->chain.count; i++) {
		if (search->used[i] || !issued(&search->sent[i], last))
			continue;
		search->used[i] = true;
		search->path[search->length++] = &search->sent[i];
		if (extend(search))
			return true;
		search->length--;
		search->used[i] = false;
	}
	issuer = certificate_name(last->issuer);
	reason = memory_format(issued(last, last) ? "root '%s' is not in the certificate bundle" :
			       "issuer '%s' is neither sent nor in the certificate bundle", issuer);
	note(search->engine, reason);
	free(reason);
	free(issuer);
	return false;
}

static unsigned end_chain(const br_x509_class **context)
{
	struct trust_engine *engine = engine_of(context);
	const struct trust_chain *chain = &engine->chain;
	struct search search = { .engine = engine, .steps = LIMIT_PATH_STEPS };

	if (chain->count == 0) {
		note(engine, "the server sent no certificate");
		return (unsigned)engine->verdict;
	}
	engine->verdict = BR_ERR_X509_NOT_TRUSTED;
	if (!policy_is_host(engine->host, strlen(engine->host)))
		note(engine, "the server's name is not a DNS name (RFC 1123 section 2.1)");
	else if (chain->count > LIMIT_CHAIN_CERTIFICATES)
		note(engine, "the server sent more certificates than are accepted");
	for (size_t i = 0, start = 0; engine->reason[0] == '\0' && i < chain->count; i++) {
		if (certificate_parse(&search.sent[i], chain->bytes + start,
				      chain->ends[i] - start) < 0)
			note(engine, "a certificate is malformed (RFC 5280 section 4.1)");
		start = chain->ends[i];
	}
	if (engine->reason[0] != '\0')
		return (unsigned)engine->verdict;
	search.used[0] = true;
	search.path[search.length++] = &search.sent[0];
	if (!extend(&search) || certificate_key(&search.sent[0], &engine->key) < 0)
		return (unsigned)engine->verdict;
	engine->verdict = BR_ERR_X509_OK;
	engine->reason[0] = '\0';
	return 0;
}

/* The policy has seen that the key may sign; no suite is offered that uses it otherwise. */
static const br_x509_pkey *get_pkey(const br_x509_class *const *context, unsigned *usages)
{
	const struct trust_engine *engine = (const struct trust_engine *)(const void *)context;

	if (usages)
		*usages = BR_KEYTYPE_SIGN;
	return engine->verdict == BR_ERR_X509_OK ? &engine->key : NULL;
}

void trust_engine_init(struct trust_engine *engine, const struct trust *trust)
{
	static const br_x509_class class = {
		.context_size = sizeof(struct trust_engine),
		.start_chain = start_chain,
		.start_cert = start_cert,
		.append = append,
		.end_cert = end_cert,
		.end_chain = end_chain,
		.get_pkey = get_pkey
	};

	memset(engine, 0, sizeof *engine);
	engine->vtable = &class;
	engine->trust = trust;
	engine->now = time(NULL);
	engine->verdict = BR_ERR_X509_EMPTY_CHAIN;
}

const char *trust_engine_reason(const struct trust_engine *engine)
{
	return engine->reason[0] ? engine->reason : NULL;
}
