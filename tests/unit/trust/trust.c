/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.c: the engine as BearSSL calls it, on the server certificate cases of C2SP/x509-limbo
 * (limbo/README.md) and on variations of one of them.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "trust/pem.h"
#include "trust/trust.h"
#include "unit.h"

#define CORPUS "tests/unit/trust/limbo/x509-limbo-core-208.json.gz"
#define CORPUS_BYTES (2 * MIB)

/* What an engine is shown. */
struct connection {
	struct trust *trust;
	struct buffer sent[LIMIT_CHAIN_CERTIFICATES + 2];	/* DER, the server's first */
	size_t count;
	const char *host;
	int64_t now;
};

static json_t *corpus;

/* The cases that come out otherwise than the corpus says, each with the reason why that stands. */
static const struct {
	const char *id, *reason;
} otherwise[] = {
	/* Revocation: lists do not come with a TLS handshake. */
	{ "crl::revoked-certificate-with-crl", "no revocation" },
	{ "crl::crlnumber-missing", "no revocation" },
	{ "crl::crlnumber-critical", "no revocation" },
	{ "crl::issuer-missing-crlsign", "no revocation" },
	/* Only DNS names are checked. */
	{ "rfc5280::nc::permitted-ipv4-match", "IP address" },
	{ "rfc5280::nc::permitted-ipv6-match", "IP address" },
	{ "rfc5280::nc::permitted-dn-match", "no server name" },
	{ "webpki::san::exact-localhost-ip-san", "IP address" },
	/* RFC 5280 and the baseline requirements disagree: the other case of the pair is right. */
	{ "pathlen::validation-ignores-pathlen-in-leaf", "webpki::ca-as-leaf" },
	{ "rfc5280::ca-as-leaf", "webpki::ca-as-leaf" },
	{ "rfc5280::nc::permitted-dns-match-noncritical",
	  "webpki::nc::permitted-dns-match-noncritical" },
	{ "webpki::eku::ee-without-eku", "rfc5280::eku::ee-without-eku" },
	/* A depth that the caller would have to set; the engine has its own. */
	{ "pathlen::max-chain-depth-0-exhausted", "no such parameter" },
	{ "pathlen::max-chain-depth-1-exhausted", "no such parameter" },
	/* Roots that Mozilla ships break these rules; of a root only name and key count. */
	{ "rfc5280::aki::cross-signed-root-missing-aki", "Mozilla" },
	{ "rfc5280::ski::root-missing-ski", "Mozilla" },
	{ "rfc5280::root-non-critical-basic-constraints", "Mozilla" },
	{ "webpki::aki::root-with-aki-missing-keyidentifier", "Mozilla" },
	{ "webpki::aki::root-with-aki-authoritycertissuer", "Mozilla" },
	{ "webpki::aki::root-with-aki-authoritycertserialnumber", "Mozilla" },
	{ "webpki::aki::root-with-aki-all-fields", "Mozilla" },
	{ "webpki::aki::root-with-aki-ski-mismatch", "Mozilla" },
	/* The common name is not looked at; private authorities write titles into it. */
	{ "webpki::cn::punycode-not-in-san", "common name" },
	{ "webpki::cn::utf8-vs-punycode-mismatch", "common name" },
	{ "webpki::cn::not-in-san", "common name" },
	{ "webpki::cn::case-mismatch", "common name" },
	/* No list of public suffixes is carried along. */
	{ "webpki::san::public-suffix-multi-label-wildcard-san", "public suffixes" },
	{ "webpki::san::public-suffix-private-namespace-wildcard-san", "public suffixes" },
	/* Nothing reads the extension. */
	{ "webpki::malformed-aia", "authority information" },
};

#define OTHERWISE (sizeof otherwise / sizeof otherwise[0])

static bool is_otherwise(const char *id)
{
	for (size_t i = 0; i < OTHERWISE; i++)
		if (strcmp(otherwise[i].id, id) == 0)
			return true;
	return false;
}

static int64_t seconds_of(const char *text)
{
	struct tm tm = { 0 };

	if (!text)
		return 1767225600;	/* 2026-01-01T00:00:00Z; the corpus means any time */
	assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%S", &tm));
	return timegm(&tm);
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_sent(struct connection *connection, const char *pem)
{
	struct pem_reader reader;
	struct error err;
	struct buffer *der;

	if (connection->count == LIMIT_CHAIN_CERTIFICATES + 2)
		return;
	der = &connection->sent[connection->count++];
	buffer_init(der, MIB);
	pem_init(&reader, "sent", pem, strlen(pem));
	assert_int_equal(pem_next(&reader, der, &err), 1);
}

static void open_connection(struct connection *connection, const json_t *one)
{
	json_t *list, *item;
	struct buffer roots;
	struct error err = { .message = "" };
	size_t i;

	*connection = (struct connection){
		.host = text_of(json_object_get(one, "expected_peer_name"), "value"),
		.now = seconds_of(text_of(one, "validation_time")),
	};
	buffer_init(&roots, LIMIT_BUNDLE_BYTES);
	list = json_object_get(one, "trusted_certs");
	json_array_foreach(list, i, item)
		assert_int_equal(buffer_add_string(&roots, json_string_value(item)), 0);
	trust_parse(&connection->trust, "roots", roots.bytes, roots.length, &err);
	buffer_free(&roots);
	add_sent(connection, text_of(one, "peer_certificate"));
	list = json_object_get(one, "untrusted_intermediates");
	json_array_foreach(list, i, item)
		add_sent(connection, json_string_value(item));
}

static void close_connection(struct connection *connection)
{
	for (size_t i = 0; i < connection->count; i++)
		buffer_free(&connection->sent[i]);
	trust_free(connection->trust);
}

/* Shows the chain to a new engine in pieces of 1000 bytes; what the engine says, else NULL. */
static char *shake_hands(const struct connection *connection)
{
	struct trust_engine *engine = memory_new(1, sizeof *engine);
	const br_x509_class **vtable = &engine->vtable;
	unsigned code, usages = 0;
	char *reason;

	trust_engine_init(engine, connection->trust);
	assert_null(trust_engine_reason(engine));
	engine->now = connection->now;
	(*vtable)->start_chain(vtable, connection->host);
	for (size_t i = 0; i < connection->count; i++) {
		const struct buffer *der = &connection->sent[i];

		(*vtable)->start_cert(vtable, (uint32_t)der->length);
		for (size_t at = 0; at < der->length; at += 1000)
			(*vtable)->append(vtable, (unsigned char *)der->bytes + at,
					  der->length - at < 1000 ? der->length - at : 1000);
		(*vtable)->end_cert(vtable);
	}
	code = (*vtable)->end_chain(vtable);
	/* Result, reason and key agree. */
	assert_int_equal(code == 0, trust_engine_reason(engine) == NULL);
	assert_int_equal(code == 0, (*vtable)->get_pkey(vtable, &usages) != NULL);
	reason = code == 0 ? NULL : memory_string(trust_engine_reason(engine));
	free(engine);
	return reason;
}

static const json_t *find_case(const char *id)
{
	json_t *one;
	size_t i;

	json_array_foreach(corpus, i, one)
		if (strcmp(text_of(one, "id"), id) == 0)
			return one;
	fail_msg("the corpus has no case '%s'", id);
	return NULL;
}

static void limbo(void **state)
{
	const json_t *one = *state;
	struct connection connection;
	bool accepted = false, expected = strcmp(text_of(one, "expected_result"), "SUCCESS") == 0;
	char *reason = NULL;

	open_connection(&connection, one);
	if (connection.trust) {
		reason = shake_hands(&connection);
		accepted = reason == NULL;
	}
	close_connection(&connection);
	if (accepted != (expected != is_otherwise(text_of(one, "id"))))
		fail_msg("%s: %s", text_of(one, "expected_result"), reason ? reason : "accepted");
	free(reason);
}

static void limbo_numbers(void **state)
{
	size_t servers = 0;
	json_t *one;
	size_t i;

	(void)state;
	json_array_foreach(corpus, i, one)
		servers += strcmp(text_of(one, "validation_kind"), "SERVER") == 0;
	for (i = 0; i < OTHERWISE; i++)
		find_case(otherwise[i].id);
	assert_int_equal(servers, 198);
	assert_int_equal(servers - OTHERWISE, 169);
}

/* A good connection for the test to spoil. */
static int set_up(void **state)
{
	struct connection *connection = memory_new(1, sizeof *connection);

	open_connection(connection, find_case("webpki::cryptographydotio-chain"));
	*state = connection;
	return 0;
}

static int tear_down(void **state)
{
	close_connection(*state);
	free(*state);
	return 0;
}

static void expect(const struct connection *connection, const char *expected)
{
	char *reason = shake_hands(connection);

	assert_string_equal(reason ? reason : "accepted", expected);
	free(reason);
}

static void good_chain(void **state)
{
	expect(*state, "accepted");
}

static void host_names(void **state)
{
	static const char no_name[] = "the server's name is not a DNS name (RFC 1123 section 2.1)";
	static const char *const bad[] = { NULL, "", "127.0.0.1", "::1", "*.cryptography.io" };
	struct connection *connection = *state;
	char *name;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		connection->host = bad[i];
		expect(connection, no_name);
	}
	connection->host = "example.org";
	expect(connection, "certificate 'cryptography.io' is for another host "
	       "(RFC 9525 section 6.3)");
	/* One that is longer than any name and than what the engine keeps. */
	name = memory_format("%0300d.cryptography.io", 0);
	connection->host = name;
	expect(connection, no_name);
	free(name);
}

static void changed_bit(void **state)
{
	static const char text[] = "a certificate is not signed by the one above it";
	struct connection *connection = *state;
	struct buffer *leaf = &connection->sent[0], *issuer = &connection->sent[1];

	leaf->bytes[leaf->length - 1] ^= 1;
	expect(connection, text);
	leaf->bytes[leaf->length - 1] ^= 1;
	leaf->bytes[20] ^= 1;		/* in its serial number */
	expect(connection, text);
	leaf->bytes[20] ^= 1;
	issuer->bytes[issuer->length - 1] ^= 1;
	expect(connection, text);
	issuer->bytes[issuer->length - 1] ^= 1;
	expect(connection, "accepted");
}

static void malformed(void **state)
{
	struct connection *connection = *state;
	size_t length = connection->sent[0].length;

	connection->sent[0].length--;
	expect(connection, "a certificate is malformed (RFC 5280 section 4.1)");
	connection->sent[0].length = 0;
	expect(connection, "a certificate is malformed (RFC 5280 section 4.1)");
	connection->sent[0].length = length;
}

static void no_certificate(void **state)
{
	struct connection *connection = *state;
	size_t count = connection->count;

	connection->count = 0;
	expect(connection, "the server sent no certificate");
	connection->count = count;
}

static void too_much(void **state)
{
	static const char text[] = "the server sent more certificates than are accepted";
	const char *more = text_of(find_case("online::google.com"), "peer_certificate");
	struct connection *connection = *state;
	struct buffer *last;

	while (connection->count < LIMIT_CHAIN_CERTIFICATES)
		add_sent(connection, more);
	expect(connection, "accepted");
	add_sent(connection, more);
	expect(connection, text);
	buffer_free(&connection->sent[--connection->count]);
	last = &connection->sent[connection->count - 1];
	last->bytes = memory_resize(last->bytes, 1, LIMIT_CHAIN_BYTES);
	memset(last->bytes, 0, LIMIT_CHAIN_BYTES);
	last->length = LIMIT_CHAIN_BYTES;
	expect(connection, text);
}

static void swap(struct connection *connection, size_t i, size_t j)
{
	struct buffer held = connection->sent[i];

	connection->sent[i] = connection->sent[j];
	connection->sent[j] = held;
}

/* The server's own comes first; behind it servers send what they like. */
static void order(void **state)
{
	struct connection *connection = *state;

	add_sent(connection, text_of(find_case("online::google.com"), "peer_certificate"));
	expect(connection, "accepted");
	swap(connection, 1, 2);
	expect(connection, "accepted");
	swap(connection, 0, 2);
	expect(connection, "certificate 'R3' has no subject alternative name (CABF BR 7.1.2.7.12)");
}

/* Nine certificates that could each have issued any other: 9! paths, of which few are tried. */
static void many_paths(void **state)
{
	struct connection *connection = *state;
	const char *other = json_string_value(json_array_get(json_object_get(
				find_case("online::google.com"), "trusted_certs"), 0));
	clock_t start;

	close_connection(connection);
	open_connection(connection, find_case("rfc5280::aki::self-signed-root-missing-aki"));
	while (connection->count < LIMIT_CHAIN_CERTIFICATES)
		add_sent(connection, json_string_value(json_array_get(json_object_get(
			 find_case("rfc5280::aki::self-signed-root-missing-aki"),
			 "trusted_certs"), 0)));
	trust_free(connection->trust);
	assert_int_equal(trust_parse(&connection->trust, "other", other, strlen(other),
				     &(struct error){ 0 }), 0);
	start = clock();
	expect(connection, "root 'x509-limbo-root' is not in the certificate bundle");
	assert_true(clock() - start < CLOCKS_PER_SEC / 4);
}

static void unknown_authority(void **state)
{
	struct connection *connection = *state, other;
	struct trust *own = connection->trust;

	open_connection(&other, find_case("online::google.com"));
	connection->trust = other.trust;
	expect(connection, "issuer 'ISRG Root X1' is neither sent nor in the certificate bundle");
	add_sent(connection, json_string_value(json_array_get(json_object_get(
		 find_case("webpki::cryptographydotio-chain"), "trusted_certs"), 0)));
	expect(connection, "root 'ISRG Root X1' is not in the certificate bundle");
	connection->trust = own;
	expect(connection, "accepted");
	close_connection(&other);
}

/* signatures/: a root, and twice the same certificate for a.test, signed with either hash. */
static void weak_hash(void **state)
{
	static const char *const rows[][2] = {
		{ "tests/unit/trust/signatures/sha256.pem", "accepted" },
		{ "tests/unit/trust/signatures/sha1.pem",
		  "a certificate is signed with an algorithm that is not supported" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct connection connection = { .host = "a.test", .now = 1800000000 };
		struct buffer pem;

		assert_int_equal(trust_load(&connection.trust, AT_FDCWD,
					    "tests/unit/trust/signatures/root.pem", &err), 0);
		buffer_init(&pem, MIB);
		assert_int_equal(file_read(&pem, AT_FDCWD, rows[i][0], &err), 0);
		add_sent(&connection, pem.bytes);
		buffer_free(&pem);
		expect(&connection, rows[i][1]);
		close_connection(&connection);
	}
}

/* A second handshake knows nothing of the first. */
static void engine_again(void **state)
{
	struct connection *connection = *state;
	struct trust_engine *engine = memory_new(1, sizeof *engine);
	const br_x509_class **vtable = &engine->vtable;

	trust_engine_init(engine, connection->trust);
	engine->now = connection->now;
	for (int round = 0; round < 3; round++) {
		(*vtable)->start_chain(vtable, round == 1 ? "example.org" : connection->host);
		for (size_t i = 0; i < connection->count; i++) {
			const struct buffer *der = &connection->sent[i];

			(*vtable)->start_cert(vtable, (uint32_t)der->length);
			(*vtable)->append(vtable, (unsigned char *)der->bytes, der->length);
			(*vtable)->end_cert(vtable);
		}
		/* A connection that is lost here is no refusal. */
		assert_null(trust_engine_reason(engine));
		assert_null((*vtable)->get_pkey(vtable, NULL));
		assert_int_equal((*vtable)->end_chain(vtable) == 0, round != 1);
		assert_int_equal((*vtable)->get_pkey(vtable, NULL) != NULL, round != 1);
		assert_int_equal(trust_engine_reason(engine) == NULL, round != 1);
	}
	free(engine);
}

static void hosts(void **state)
{
	static const char *const good[] = {
		"example.com", "a.b.c.example.com", "localhost", "EXAMPLE.com", "3com.com",
		"xn--bcher-kva.example", "1.2.3.4.example", "a-b.example.x1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
	};
	static const char *const bad[] = {
		"", ".", "example.com.", ".example.com", "a..b", "*.example.com", "*",
		"127.0.0.1", "1.2.3", "2130706433", "0x7f000001", "::1", "[::1]", "127.1",
		"a_b.example.com", "-a.example.com", "a-.example.com", "exa mple.com",
		"example.com/", "example.com:443", "user@example.com", "z\xc3\xbcrich.example",
		"example.com\n", "example.123", "example.0x1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (trust_check_host(good[i], &err) < 0)
			fail_msg("'%s': %s", good[i], err.message);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (trust_check_host(bad[i], &err) == 0)
			fail_msg("'%s' is taken for a DNS name", bad[i]);
		assert_int_equal(err.status, STATUS_TLS);
	}
	trust_check_host("127.0.0.1", &err);
	assert_string_equal(err.message, "cannot check the certificate of '127.0.0.1': not a DNS "
			    "name (RFC 1123 section 2.1)");
}

/* 253 characters are the longest name. */
static void long_hosts(void **state)
{
	char name[255];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 2 ? '.' : 'a';
	name[253] = '\0';
	assert_int_equal(trust_check_host(name, &err), 0);
	name[253] = 'a';
	name[254] = '\0';
	assert_int_equal(trust_check_host(name, &err), -1);
}

static void loading(void **state)
{
	struct trust *trust;
	struct error err;

	(void)state;
	assert_int_equal(trust_load(&trust, AT_FDCWD, "configs/ca-certificates.crt", &err), 0);
	trust_free(trust);
	trust_free(NULL);
	assert_int_equal(trust_load(&trust, AT_FDCWD, "/nonexistent", &err), -1);
	assert_int_equal(err.status, STATUS_FILE);
	assert_int_equal(trust_load(&trust, AT_FDCWD, "Makefile", &err), -1);
	assert_int_equal(err.status, STATUS_TLS);
	assert_string_equal(err.message, "cannot read 'Makefile': no certificate in it");
}

static json_t *read_corpus(void)
{
	char *text = memory_new(CORPUS_BYTES, 1);
	gzFile file = gzopen(CORPUS, "rb");
	int length = file ? gzread(file, text, CORPUS_BYTES) : -1;
	json_t *root = length > 0 ? json_loadb(text, (size_t)length, 0, NULL) : NULL;

	if (file)
		gzclose(file);
	free(text);
	return root;
}

#define CHAIN(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
		cmocka_unit_test(long_hosts),
		cmocka_unit_test(loading),
		cmocka_unit_test(limbo_numbers),
		cmocka_unit_test(weak_hash),
		CHAIN(good_chain),
		CHAIN(host_names),
		CHAIN(changed_bit),
		CHAIN(malformed),
		CHAIN(no_certificate),
		CHAIN(too_much),
		CHAIN(order),
		CHAIN(many_paths),
		CHAIN(unknown_authority),
		CHAIN(engine_again),
	};
	const size_t fixed = sizeof tests / sizeof tests[0];
	struct CMUnitTest *all;
	json_t *root = read_corpus(), *one;
	size_t i, count = fixed;
	int failed;

	corpus = json_object_get(root, "testcases");
	all = memory_new(fixed + json_array_size(corpus), sizeof *all);
	memcpy(all, tests, sizeof tests);
	json_array_foreach(corpus, i, one)
		if (strcmp(text_of(one, "validation_kind"), "SERVER") == 0)
			all[count++] = (struct CMUnitTest){
				.name = text_of(one, "id"), .test_func = limbo, .initial_state = one
			};
	failed = _cmocka_run_group_tests("trust", all, count, NULL, NULL);
	free(all);
	json_decref(root);
	return failed;
}
