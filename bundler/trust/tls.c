/* SPDX-License-Identifier: Apache-2.0 */
/* Configures BearSSL for one connection and explains its failures. */
#include "trust/tls.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

/* RFC 5246 section 7.2 and the registry of TLS alerts. */
enum tls_alert {
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_PROTOCOL_VERSION = 70,
	ALERT_INSUFFICIENT_SECURITY = 71,
	ALERT_UNRECOGNIZED_NAME = 112
};

/* On processors with AES and carry-less multiplication, GCM is far faster than ChaCha20. */
static const uint16_t suites_hardware[] = {
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};

static const uint16_t suites_software[] = {
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

#define COUNT(array) (sizeof (array) / sizeof (array)[0])

/* ---- a client's certificate: it is noted that the server wants one ---- */

static void ignore(const br_ssl_client_certificate_class **context)
{
	(void)context;
}

static void ignore_length(const br_ssl_client_certificate_class **context, size_t length)
{
	(void)context;
	(void)length;
}

static void ignore_bytes(const br_ssl_client_certificate_class **context,
			 const unsigned char *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
}

/* RFC 5246 section 7.4.6: a client without a certificate sends an empty list. */
static void choose_none(const br_ssl_client_certificate_class **context,
			const br_ssl_client_context *client, uint32_t types,
			br_ssl_client_certificate *choice)
{
	struct tls_session *session = (struct tls_session *)(void *)
		((char *)context - offsetof(struct tls_session, client_certificate));

	(void)client;
	(void)types;
	*choice = (br_ssl_client_certificate){ 0 };
	session->certificate_demanded = true;
}

static const br_ssl_client_certificate_class no_certificate = {
	.start_name_list = ignore, .start_name = ignore_length, .append_name = ignore_bytes,
	.end_name = ignore, .end_name_list = ignore, .choose = choose_none,
};

void tls_init(struct tls_session *session, const struct trust *trust)
{
	session->client = NULL;
	session->client_certificate = &no_certificate;
	session->certificate_demanded = session->connected = false;
	session->failure = BR_ERR_OK;
	trust_engine_init(&session->engine, trust);
}

int tls_configure(struct tls_session *session, br_ssl_client_context *client, struct error *err)
{
	br_ssl_engine_context *engine = &client->eng;
	uint8_t seed[48];
	ssize_t got;

	br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
	if (br_aes_x86ni_ctr_get_vtable() && br_ghash_pclmul_get())
		br_ssl_engine_set_suites(engine, suites_hardware, COUNT(suites_hardware));
	else
		br_ssl_engine_set_suites(engine, suites_software, COUNT(suites_software));
	/* Signatures with a hash that is not set are neither offered nor accepted. */
	br_ssl_engine_set_hash(engine, br_md5_ID, NULL);
	br_ssl_engine_set_hash(engine, br_sha1_ID, NULL);
	br_ssl_engine_set_hash(engine, br_sha224_ID, NULL);
	br_ssl_engine_add_flags(engine, BR_OPT_NO_RENEGOTIATION);
	br_ssl_client_forget_session(client);
	br_ssl_engine_set_x509(engine, &session->engine.vtable);
	br_ssl_client_set_client_certificate(client, &session->client_certificate);
	session->client = client;
	/* On processors with RDRAND, BearSSL would use it alone; the kernel has more sources. */
	do {
		got = getrandom(seed, sizeof seed, 0);
	} while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof seed)
		return error_errno(err, STATUS_TLS, "cannot get random numbers from the kernel");
	br_ssl_engine_inject_entropy(engine, seed, sizeof seed);
	explicit_bzero(seed, sizeof seed);
	return 0;
}

void tls_connected(struct tls_session *session)
{
	session->connected = true;
}

void tls_close(struct tls_session *session, int fd)
{
	unsigned char *room;
	ssize_t got;
	size_t size;

	if (!session->client)
		return;
	while (!session->connected &&
	       (room = br_ssl_engine_recvrec_buf(&session->client->eng, &size)) &&
	       (got = recv(fd, room, size, MSG_DONTWAIT)) > 0)
		br_ssl_engine_recvrec_ack(&session->client->eng, (size_t)got);
	session->failure = br_ssl_engine_last_error(&session->client->eng);
	session->client = NULL;
}

/* The alert that the server ended the handshake with, or 0. */
static int received_alert(const struct tls_session *session)
{
	int failure = session->failure;

	if (failure < BR_ERR_RECV_FATAL_ALERT || failure >= BR_ERR_RECV_FATAL_ALERT + 256)
		return 0;
	return failure - BR_ERR_RECV_FATAL_ALERT;
}

static void explain_alert(int alert, const char *host, struct buffer *reason)
{
	switch (alert) {
	case ALERT_PROTOCOL_VERSION:
		buffer_format(reason, "'%s' refuses TLS 1.2, the newest version that bundler "
			      "speaks", host);
		break;
	case ALERT_HANDSHAKE_FAILURE:
	case ALERT_INSUFFICIENT_SECURITY:
		buffer_format(reason, "'%s' accepts none of TLS 1.2's suites with ECDHE and "
			      "AES-GCM or ChaCha20-Poly1305, or requires the extended master "
			      "secret (RFC 7627)", host);
		break;
	case ALERT_UNRECOGNIZED_NAME:
		buffer_format(reason, "the server says that it is not '%s'", host);
		break;
	default:
		buffer_format(reason, "'%s' ended the TLS handshake with alert %d", host, alert);
	}
}

bool tls_explain(const struct tls_session *session, const char *host, struct buffer *reason)
{
	const char *verdict = trust_engine_reason(&session->engine);
	int alert = received_alert(session);

	if (verdict)
		buffer_format(reason, "certificate of '%s' refused: %s", host, verdict);
	else if (session->certificate_demanded && !session->connected)
		buffer_format(reason, "'%s' requires a client certificate, and bundler has none",
			      host);
	else if (alert != 0)
		explain_alert(alert, host, reason);
	else if (session->failure == BR_ERR_UNSUPPORTED_VERSION)
		buffer_format(reason, "'%s' does not speak TLS 1.2", host);
	else if (session->failure != BR_ERR_OK && session->failure != BR_ERR_IO)
		buffer_format(reason, "TLS with '%s' failed (BearSSL error %d)", host,
			      session->failure);
	else
		return false;
	return true;
}

const char *tls_hint(const struct tls_session *session)
{
	if (trust_engine_reason(&session->engine) || session->certificate_demanded)
		return NULL;
	switch (received_alert(session)) {
	case ALERT_PROTOCOL_VERSION:
		return "the server seems to require TLS 1.3; use a --mirror that speaks TLS 1.2";
	case ALERT_HANDSHAKE_FAILURE:
	case ALERT_INSUFFICIENT_SECURITY:
		return "a server in FIPS mode requires that secret, which bundler does not "
		       "support; use a --mirror";
	default:
		return NULL;
	}
}
