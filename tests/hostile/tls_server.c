/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLS server that answers one request and pours records of one kind, for tests of the network.
 *
 *	tls_server ADDRESS PORT CERTIFICATE KEY KIND [FILE]
 *
 * CERTIFICATE and KEY are DER. KIND is what comes without end, and when: "empty" (records without
 * data), "alerts" (warnings) or "hello" (demands for another handshake), after the request;
 * "early", empty records before it; "close", data after the file FILE and the notice of closing;
 * "file", data after FILE, with no notice.
 */
#include <arpa/inet.h>
#include <bearssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* RFC 5246 section 6.2.1 */
enum content_type {
	ALERT = 21,
	HANDSHAKE = 22,
	APPLICATION_DATA = 23
};

static br_ssl_server_context server;
static br_ssl_engine_context *const engine = &server.eng;
static unsigned char input[BR_SSL_BUFSIZE_INPUT], output[BR_SSL_BUFSIZE_OUTPUT];
static int client;

static size_t read_file(const char *path, unsigned char *bytes, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t length;

	if (!f)
		exit(2);
	length = fread(bytes, 1, size, f);
	fclose(f);
	return length;
}

static int low_read(void *context, unsigned char *bytes, size_t length)
{
	ssize_t got = read(client, bytes, length);

	(void)context;
	return got > 0 ? (int)got : -1;
}

static int low_write(void *context, const unsigned char *bytes, size_t length)
{
	ssize_t put = write(client, bytes, length);

	(void)context;
	return put > 0 ? (int)put : -1;
}

/* Sends what the engine has ready. */
static int send_records(void)
{
	unsigned char *bytes;
	size_t length;

	while ((bytes = br_ssl_engine_sendrec_buf(engine, &length))) {
		ssize_t put = write(client, bytes, length);

		if (put <= 0)
			return -1;
		br_ssl_engine_sendrec_ack(engine, (size_t)put);
	}
	return 0;
}

/* One record of a type with these bytes, none for an empty one. */
static int send_record(enum content_type type, const char *content, size_t length)
{
	unsigned char *room;
	size_t size;

	engine->record_type_out = (unsigned char)type;
	if (length > 0) {
		room = br_ssl_engine_sendapp_buf(engine, &size);
		if (!room)
			return -1;
		memcpy(room, content, length);
		br_ssl_engine_sendapp_ack(engine, length);
	}
	br_ssl_engine_flush(engine, 1);
	return send_records();
}

static void pour(const char *kind)
{
	static const char data[4096];

	for (;;) {
		int result;

		if (strcmp(kind, "alerts") == 0)
			result = send_record(ALERT, "\1\132", 2);
		else if (strcmp(kind, "hello") == 0)
			result = send_record(HANDSHAKE, "\0\0\0\0", 4);
		else if (strcmp(kind, "empty") == 0 || strcmp(kind, "early") == 0)
			result = send_record(APPLICATION_DATA, "", 0);
		else
			result = send_record(APPLICATION_DATA, data, sizeof data);
		if (result < 0)
			return;
	}
}

static void answer(br_sslio_context *io, const char *kind, const char *path)
{
	static unsigned char content[1 << 20];
	char head[100], request[4096];
	size_t length;

	if (strcmp(kind, "early") != 0) {
		if (br_sslio_read(io, request, sizeof request) <= 0)
			return;
	} else if (br_sslio_flush(io) < 0) {
		return;
	}
	if (path) {
		length = read_file(path, content, sizeof content);
		snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", length);
		br_sslio_write_all(io, head, strlen(head));
		br_sslio_write_all(io, content, length);
		br_sslio_flush(io);
	}
	if (strcmp(kind, "close") == 0)
		send_record(ALERT, "\1\0", 2);
	pour(kind);
}

int main(int argc, char **argv)
{
	static unsigned char certificate[4096], key[4096];
	br_x509_certificate chain = { .data = certificate };
	struct sockaddr_in address = { .sin_family = AF_INET };
	br_skey_decoder_context decoder;
	br_sslio_context io;
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (argc < 6)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	chain.data_len = read_file(argv[3], certificate, sizeof certificate);
	br_skey_decoder_init(&decoder);
	br_skey_decoder_push(&decoder, key, read_file(argv[4], key, sizeof key));
	address.sin_port = htons((unsigned short)strtoul(argv[2], NULL, 10));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (!br_skey_decoder_get_ec(&decoder) || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 ||
	    bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4) < 0)
		return 2;
	while ((client = accept(listener, NULL, NULL)) >= 0) {
		br_ssl_server_init_full_ec(&server, &chain, 1, BR_KEYTYPE_EC,
					   br_skey_decoder_get_ec(&decoder));
		br_ssl_engine_set_buffers_bidi(engine, input, sizeof input, output, sizeof output);
		br_ssl_server_reset(&server);
		br_sslio_init(&io, engine, low_read, NULL, low_write, NULL);
		answer(&io, argv[5], argv[6]);
		close(client);
	}
	return 1;
}
