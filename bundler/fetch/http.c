/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP request with libcurl, under our own policy. */
#include "fetch/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "fetch/range.h"
#include "fetch/wire.h"
#include "trust/tls.h"

#define MAXIMUM_SOCKETS 4	/* one for each address that curl tries at a time: two */
#define UPLOAD_BUFFER 524288L	/* bytes */
#define POLL_INTERVAL 200	/* milliseconds: how late a signal may be noticed */

static const char *const header_names[HTTP_HEADERS] = {
	[HTTP_CONTENT_LENGTH] = "content-length",
	[HTTP_CONTENT_RANGE] = "content-range",
	[HTTP_CONTENT_TYPE] = "content-type",
	[HTTP_DOCKER_CONTENT_DIGEST] = "docker-content-digest",
	[HTTP_ETAG] = "etag",
	[HTTP_LAST_MODIFIED] = "last-modified",
	[HTTP_LINK] = "link",
	[HTTP_LOCATION] = "location",
	[HTTP_OCI_SUBJECT] = "oci-subject",
	[HTTP_WARNING] = "warning",
	[HTTP_WWW_AUTHENTICATE] = "www-authenticate",
	[HTTP_X_RATELIMIT_REMAINING] = "x-ratelimit-remaining",
	[HTTP_X_RATELIMIT_RESET] = "x-ratelimit-reset",
};

/* One hop under way. */
struct hop {
	const struct http_request *request;
	struct http_answer *answer;
	struct error *err;
	CURL *easy;
	struct tls_session *tls;	/* NULL for http */
	struct curl_slist *fields;	/* request headers of ours */
	struct curl_waitfd sockets[MAXIMUM_SOCKETS];	/* that are open */
	unsigned socket_count;
	bool refused;			/* an address was too private for this hop */
	bool connect_limited;		/* the time to connect is shorter than what is left */
	bool failed;			/* err is filled */
	bool ended;			/* after the header, because the body is not needed */
	size_t header_bytes, header_lines;
	uint64_t sent;			/* bytes of the request's body */
	struct wire wire;
	int64_t window_start;		/* of the stall check; 0 until connected */
	uint64_t window_moved;		/* bytes of body and answer when the window began */
};

/* ---- failing ---- */

const char *http_verb(const struct http_request *request)
{
	return request->method == HTTP_POST || request->method == HTTP_PUT ? "send to" : "fetch";
}

static int fail(struct hop *hop, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct hop *hop, enum status status, const char *format, ...)
{
	char *reason;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&reason, format, ap) < 0)
		abort();
	va_end(ap);
	error_set(hop->err, status, "cannot %s '%s': %s", http_verb(hop->request),
		  hop->request->url->shown, reason);
	free(reason);
	hop->failed = true;
	return -1;
}

/* Fills err for a failure that the next attempt may not meet. */
static int fail_transient(struct hop *hop, const char *reason)
{
	hop->answer->transient = true;
	return fail(hop, STATUS_NETWORK, "%s", reason);
}

/* ---- what curl calls ---- */

/* One line "Name: value" of the header (RFC 9112 section 5). */
static void read_field(struct http_answer *answer, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length), *value, *end = line + length;

	if (!colon)
		return;
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value && strchr(" \t\r\n", end[-1]))
		end--;
	for (size_t i = 0; i < HTTP_HEADERS; i++) {
		char *before = answer->headers[i];

		if (strlen(header_names[i]) != (size_t)(colon - line)
		    || strncasecmp(header_names[i], line, (size_t)(colon - line)) != 0)
			continue;
		if (!before) {
			answer->headers[i] = memory_copy(value, (size_t)(end - value));
		} else if (i == HTTP_WWW_AUTHENTICATE) {
			answer->headers[i] = memory_format("%s, %.*s", before, (int)(end - value),
							   value);
			free(before);
		}
	}
}

static void forget_fields(struct http_answer *answer)
{
	for (size_t i = 0; i < HTTP_HEADERS; i++) {
		free(answer->headers[i]);
		answer->headers[i] = NULL;
	}
}

/* Called at the empty line. Interim answers (1xx) have one too. */
static int end_header(struct hop *hop)
{
	const struct http_request *request = hop->request;
	struct http_answer *answer = hop->answer;
	const char *length = answer->headers[HTTP_CONTENT_LENGTH];
	curl_off_t retry_after = 0;
	long status = 0;

	curl_easy_getinfo(hop->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(hop->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (status < 200)
		return 0;
	answer->status = (unsigned)status;
	answer->retry_after = retry_after > 0 ? (uint64_t)retry_after : 0;
	if (!length || range_parse_number(&answer->length, &length) < 0 || *length != '\0')
		answer->length = HTTP_UNKNOWN;
	if (status <= 299 && request->upload && hop->sent < request->upload->size)
		return fail(hop, STATUS_HTTP, "it was taken before all of it was sent");
	if ((status != 200 && status != 206) || request->method != HTTP_GET) {
		/* Whatever becomes of the rest, this is the answer. */
		hop->ended = true;
		return request->refusal && status >= 400 && status <= 499 ? 0 : -1;
	}
	if (request->head(request->context, answer, hop->err) < 0) {
		hop->failed = true;
		return -1;
	}
	return 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct hop *hop = context;
	size_t length = size * count;

	hop->wire.answered += length;
	hop->header_bytes += length;
	if (hop->header_bytes > LIMIT_HEADER_BYTES || ++hop->header_lines > LIMIT_HEADER_LINES) {
		fail(hop, STATUS_LIMIT, "the header of the response is too large");
		return 0;
	}
	if (hop->answer->status != 0)
		return length;		/* a trailer: the header was evaluated before the body */
	if (length >= 5 && strncmp(line, "HTTP/", 5) == 0)
		forget_fields(hop->answer);
	else if (line[0] == '\r' || line[0] == '\n')
		return end_header(hop) < 0 ? 0 : length;
	else
		read_field(hop->answer, line, length);
	return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct hop *hop = context;
	size_t length = size * count;

	hop->wire.answered += length;
	if (hop->ended) {
		struct buffer *refusal = hop->request->refusal;
		size_t room = refusal->maximum - refusal->length;

		buffer_add(refusal, bytes, length < room ? length : room);
		return length <= room ? length : 0;
	}
	if (hop->request->body(hop->request->context, bytes, length, hop->err) < 0) {
		hop->failed = true;
		return 0;
	}
	return length;
}

/* The body of the request. */
static size_t on_send(char *bytes, size_t size, size_t count, void *context)
{
	struct hop *hop = context;
	const struct http_upload *upload = hop->request->upload;
	const uint64_t left = upload->size - hop->sent;
	ssize_t got = file_read_at(upload->fd, bytes, size * count < left ? size * count
				   : (size_t)left, upload->offset + hop->sent);

	if (got < 0 || (got == 0 && left > 0)) {
		hop->failed = true;
		error_set(hop->err, STATUS_FILE, "cannot send to '%s': what is sent cannot be "
			  "read", hop->request->url->shown);
		return CURL_READFUNC_ABORT;
	}
	if (upload->sent
	    && upload->sent(upload->context, hop->sent, bytes, (size_t)got, hop->err) < 0) {
		hop->failed = true;
		return CURL_READFUNC_ABORT;
	}
	hop->sent += (uint64_t)got;
	return (size_t)got;
}

/* Whether fewer than LIMIT_STALL_BYTES a second moved within the last stall_seconds. */
static bool has_stalled(struct hop *hop)
{
	const unsigned seconds = hop->request->stall_seconds;
	int64_t now = clock_now();

	if (hop->window_start == 0 || now - hop->window_start < 1000 * (int64_t)seconds)
		return false;
	if (hop->wire.answered + hop->sent - hop->window_moved
	    < LIMIT_STALL_BYTES * (uint64_t)seconds)
		return true;
	hop->window_start = now;
	hop->window_moved = hop->wire.answered + hop->sent;
	return false;
}

static int on_progress(void *context, curl_off_t total, curl_off_t done, curl_off_t up_total,
		       curl_off_t up_done)
{
	struct hop *hop = context;

	(void)total, (void)done, (void)up_total, (void)up_done;
	if (interrupt_check(hop->err) < 0) {
		hop->failed = true;
		return 1;
	}
	if (!has_stalled(hop))
		return 0;
	hop->answer->transient = true;
	fail(hop, STATUS_NETWORK, "stalled: less than %d bytes a second for %u s",
	     LIMIT_STALL_BYTES, hop->request->stall_seconds);
	return 1;
}

/* Connected, and about to send the request. NOLINTNEXTLINE(readability-non-const-parameter) */
static int on_connected(void *context, char *server, char *local, int port, int local_port)
{
	struct hop *hop = context;
	struct address address;

	(void)local, (void)port, (void)local_port;
	hop->answer->reached = true;
	if (hop->tls)
		tls_connected(hop->tls);
	hop->window_start = clock_now();
	if (!hop->request->proxy && address_parse(&address, server) == 0)
		hop->answer->address = address_classify(&address);
	return CURL_PREREQFUNC_OK;
}

static bool is_forbidden(const struct http_request *request, enum address_class class)
{
	return class > request->most_private
	       || (request->this_machine && class != ADDRESS_LOOPBACK);
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct hop *hop = context;
	struct address address;
	int fd;

	(void)purpose;
	if (!hop->request->proxy && (address_read(&address, &to->addr) < 0 ||
				     is_forbidden(hop->request, address_classify(&address)))) {
		hop->refused = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	if (fd >= 0 && hop->socket_count < MAXIMUM_SOCKETS)
		hop->sockets[hop->socket_count++] =
			(struct curl_waitfd){ .fd = fd, .events = CURL_WAIT_POLLIN };
	return fd;
}

/* curl frees the TLS context after this call, so the failure is read from it here. */
static int on_close_socket(void *context, curl_socket_t fd)
{
	struct hop *hop = context;

	if (hop->tls)
		tls_close(hop->tls, fd);
	for (unsigned i = 0; i < hop->socket_count; i++) {
		if (hop->sockets[i].fd == fd)
			hop->sockets[i] = hop->sockets[--hop->socket_count];
	}
	return close(fd);
}

/* Between br_ssl_client_init_full and br_ssl_client_reset. */
static CURLcode on_tls_context(CURL *easy, void *client, void *context)
{
	struct hop *hop = context;

	(void)easy;
	if (tls_configure(hop->tls, client, hop->err) < 0) {
		hop->failed = true;
		return CURLE_SSL_CONNECT_ERROR;
	}
	return CURLE_OK;
}

/* ---- setting up ---- */

static pthread_once_t library = PTHREAD_ONCE_INIT;

static void start_library(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

static void set_callbacks(struct hop *hop)
{
	CURL *easy = hop->easy;

	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, hop);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, hop);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, hop);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, hop);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, hop);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, hop);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, hop);
}

static void set_policy(struct hop *hop)
{
	const struct http_request *request = hop->request;
	const char *protocol = request->url->scheme == URL_HTTPS ? "https" : "http";
	CURL *easy = hop->easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocol);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* Both are always set, because curl reads the environment for those that are not. */
	curl_easy_setopt(easy, CURLOPT_PROXY, request->proxy ? request->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	/* Signals are ours, and a name that is being resolved must not hold up an exit. */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

/* Adds a field to the request: in this hop's header alone, whatever the next one is. */
static void add_field(struct hop *hop, const char *name, const char *value)
{
	char *field = memory_format("%s: %s", name, value);

	hop->fields = curl_slist_append(hop->fields, field);
	free(field);
}

static void set_method(struct hop *hop)
{
	const struct http_upload *upload = hop->request->upload;
	CURL *easy = hop->easy;

	switch (hop->request->method) {
	case HTTP_GET:
		break;
	case HTTP_HEAD:
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		break;
	case HTTP_POST:
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
		hop->fields = curl_slist_append(hop->fields, "Content-Type:");
		break;
	case HTTP_PUT:
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload->size);
		curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER);
		curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
		curl_easy_setopt(easy, CURLOPT_READDATA, hop);
		add_field(hop, "Content-Type", upload->type);
		/* Curl would wait a second for servers that do not know it. */
		hop->fields = curl_slist_append(hop->fields, "Expect:");
		break;
	}
}

static void set_request(struct hop *hop)
{
	const struct http_request *request = hop->request;
	int64_t left = request->deadline - clock_now();
	CURL *easy = hop->easy;
	char range[32];

	curl_easy_setopt(easy, CURLOPT_URL, request->url->text);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "bundler");
	hop->connect_limited = left > 1000 * LIMIT_CONNECT_SECONDS;
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 1000L * LIMIT_CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
	if (request->offset != 0) {
		snprintf(range, sizeof range, "%llu-", (unsigned long long)request->offset);
		curl_easy_setopt(easy, CURLOPT_RANGE, range);
	}
	if (request->offset != 0 && request->validator)
		add_field(hop, "If-Range", request->validator);
	if (request->accept)
		add_field(hop, "Accept", request->accept);
	if (request->authorization)
		add_field(hop, "Authorization", request->authorization);
	for (size_t i = 0; i < request->field_count; i++)
		add_field(hop, request->fields[i].name, request->fields[i].value);
	if (request->form)
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->form);
	set_method(hop);
	/* Not to a proxy, of which a tunnel to the server is asked. */
	curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, hop->fields);
}

/* ---- what became of it ---- */

/* The last error of the system, unless it depends on chance. */
static const char *system_reason(const struct hop *hop)
{
	long number = 0;

	curl_easy_getinfo(hop->easy, CURLINFO_OS_ERRNO, &number);
	/* An early end shows as any of these three, whichever side is faster. */
	if (number == 0 || number == EPIPE || number == ECONNRESET)
		return "the connection was closed early";
	return strerror((int)number);
}

/* What the kernel refuses when the process is confined to other ports (fetch_begin). */
static int explain_port(struct hop *hop)
{
	long number = 0;

	curl_easy_getinfo(hop->easy, CURLINFO_OS_ERRNO, &number);
	if (number != EACCES || hop->request->proxy)
		return 0;
	fail(hop, STATUS_NETWORK, "port %u must not be connected to", hop->request->url->port);
	return error_hint(hop->err, "allowed are 443 and the ports of the recipe's URLs, "
			  "registries, mirrors and the proxy; 'BUNDLER_CONFINE=off' allows all");
}

static int explain_tls(struct hop *hop)
{
	struct buffer reason;
	const char *hint;

	if (!hop->tls)
		return 0;
	buffer_init(&reason, sizeof hop->err->message);
	if (tls_explain(hop->tls, hop->request->url->host, &reason)) {
		fail(hop, STATUS_TLS, "%s", reason.bytes ? reason.bytes : "TLS failed");
		hint = tls_hint(hop->tls);
		hop->answer->newer_tls = hint;
		if (hint)
			error_hint(hop->err, "%s", hint);
	}
	buffer_free(&reason);
	return hop->failed ? -1 : 0;
}

/* Why no more was read of what the peer had to say. */
static int explain_wire(struct hop *hop)
{
	switch (hop->wire.end) {
	case WIRE_OPEN:
		return 0;
	case WIRE_INTERRUPTED:
		hop->failed = true;
		return interrupt_check(hop->err);
	case WIRE_LATE:
		return fail(hop, STATUS_NETWORK, "timed out");
	case WIRE_FLOODED:
		return fail(hop, STATUS_LIMIT, "the server sends too many bytes that are not part "
			    "of an answer");
	}
	return 0;
}

static int explain(struct hop *hop, CURLcode code)
{
	const enum address_class most_private = hop->request->most_private;
	long proxy_status = 0;

	if (explain_wire(hop) < 0 || explain_tls(hop) < 0)
		return -1;
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return fail_transient(hop, "the host name cannot be resolved");
	case CURLE_COULDNT_RESOLVE_PROXY:
		return fail_transient(hop, "the proxy's name cannot be resolved");
	case CURLE_COULDNT_CONNECT:
		if (!hop->refused && explain_port(hop) < 0)
			return -1;
		if (!hop->refused)
			return fail_transient(hop, system_reason(hop));
		if (hop->request->this_machine)
			return fail(hop, STATUS_HTTP, "a login goes over plain http to this "
				    "machine only");
		if (most_private == ADDRESS_LOOPBACK)
			return fail(hop, STATUS_HTTP, "no address that can be connected to");
		return fail(hop, STATUS_HTTP, "an answer from a %s address must not lead to a "
			    "more private one", address_name(most_private));
	case CURLE_OPERATION_TIMEDOUT:
		if (hop->answer->reached || !hop->connect_limited)
			return fail(hop, STATUS_NETWORK, "timed out");
		hop->answer->transient = true;
		return fail(hop, STATUS_NETWORK, "no connection within %d s",
			    LIMIT_CONNECT_SECONDS);
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_READ_ERROR:		/* TLS without close_notify */
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_SSL_CONNECT_ERROR:	/* tls_explain knew nothing: closed amid the handshake */
		/* The connection broke, perhaps while a proxy was asked for it. */
		curl_easy_getinfo(hop->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
		if (proxy_status == 0 || proxy_status == 200)
			return fail_transient(hop, system_reason(hop));
		hop->answer->transient = proxy_status >= 500;
		return fail(hop, proxy_status >= 500 ? STATUS_NETWORK : STATUS_HTTP,
			    "the proxy answered with status %ld", proxy_status);
	case CURLE_OUT_OF_MEMORY:	/* said of a line without end; without memory it aborts */
		return fail(hop, STATUS_LIMIT, "the header of the response is too large");
	default:
		return fail(hop, STATUS_HTTP, "not an HTTP/1.1 answer (%s)",
			    curl_easy_strerror(code));
	}
}

/*
 * curl_easy_perform, but for two things. With BearSSL, curl forgets to wait for the socket
 * during the handshake (its 7.88 does not say which way the handshake is blocked) and sleeps
 * until its time is over, once in each flight: we wait for the socket, too. And a signal is
 * noticed sooner.
 */
static CURLcode run(struct hop *hop)
{
	CURLM *multi = curl_multi_init();
	CURLcode code = CURLE_FAILED_INIT;
	int running = 1, left;
	CURLMsg *message;

	if (!multi || curl_multi_add_handle(multi, hop->easy) != CURLM_OK)
		abort();
	while (curl_multi_perform(multi, &running) == CURLM_OK && running > 0) {
		/* Once connected, curl knows what it waits for. */
		unsigned count = hop->answer->reached ? 0 : hop->socket_count;

		if (curl_multi_poll(multi, hop->sockets, count, POLL_INTERVAL, NULL) != CURLM_OK)
			break;
	}
	message = curl_multi_info_read(multi, &left);
	if (message && message->msg == CURLMSG_DONE)
		code = message->data.result;
	curl_multi_remove_handle(multi, hop->easy);
	curl_multi_cleanup(multi);
	return code;
}

int http_ask(const struct http_request *request, struct http_answer *answer, struct error *err)
{
	struct hop hop = { .request = request, .answer = answer, .err = err };
	struct error unused;
	CURLcode code;

	pthread_once(&library, start_library);
	*answer = (struct http_answer){ .length = HTTP_UNKNOWN, .address = ADDRESS_PUBLIC };
	if (request->url->scheme == URL_HTTPS) {
		/* Checked before the connection: no certificate is checked for an IP address. */
		if (trust_check_host(request->url->host, &unused) < 0)
			return fail(&hop, STATUS_TLS, "'%s' is not a DNS name, so its certificate "
				    "cannot be checked", request->url->host);
		hop.tls = memory_new(1, sizeof *hop.tls);
		tls_init(hop.tls, request->trust);
	}
	hop.easy = curl_easy_init();
	if (!hop.easy)
		abort();
	set_policy(&hop);
	set_callbacks(&hop);
	set_request(&hop);
	hop.wire.deadline = request->deadline;
	wire_watch(&hop.wire);
	code = run(&hop);
	if (!hop.failed && !hop.ended && code != CURLE_OK)
		explain(&hop, code);
	curl_easy_cleanup(hop.easy);
	wire_watch(NULL);
	curl_slist_free_all(hop.fields);
	free(hop.tls);
	return hop.failed ? -1 : 0;
}

void http_answer_free(struct http_answer *answer)
{
	forget_fields(answer);
}
