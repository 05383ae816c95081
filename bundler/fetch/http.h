/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_HTTP_H
#define BUNDLER_FETCH_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/url.h"
#include "fetch/address.h"
#include "fetch/proxy.h"
#include "trust/trust.h"

/*
 * One hop of HTTP/1.1 (RFC 9110, 9112): one connection, one request, one answer. Redirects are not
 * followed. Nothing is kept for the next hop: no cookies, no credentials, no connection. Only this
 * module uses libcurl.
 */

struct http_answer;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT };

/* The body of a request: size bytes of fd from offset on, of a media type. */
struct http_upload {
	int fd;
	uint64_t offset, size;
	const char *type;
	/*
	 * Called with bytes of that body before they are sent, of each hop from the first on; -1
	 * with err filled ends the transfer. Or NULL.
	 */
	int (*sent)(void *context, uint64_t offset, const void *bytes, size_t length,
		    struct error *err);
	void *context;
};

/* A field of a request; its value may be a secret. */
struct http_field {
	const char *name, *value;
};

struct http_request {
	const struct url *url;			/* https or http */
	enum http_method method;
	const struct trust *trust;		/* for https */
	const char *proxy;			/* or NULL; proxy_fault has found nothing */
	enum address_class most_private;	/* highest class to connect to; any for a proxy */
	bool this_machine;			/* to a loopback address only, without a proxy */
	const char *accept;			/* field of the request, or NULL */
	const char *authorization;		/* the same; a secret */
	const struct http_field *fields;	/* more of them */
	size_t field_count;
	const char *form;			/* posted (x-www-form-urlencoded), or NULL */
	const struct http_upload *upload;	/* of PUT; without it and form, POST has no body */
	uint64_t offset;			/* first byte wanted, 0 for the whole */
	const char *validator;			/* for If-Range (RFC 9110, 13.1.5), or NULL */
	unsigned stall_seconds;
	int64_t deadline;			/* of clock.h: the transfer ends by then */
	struct buffer *refusal;			/* gets what fits of the body of a 4xx, or NULL */
	/*
	 * Called for an answer of 200 or 206 to GET. Of others only the header is read, and
	 * refusal.
	 */
	int (*head)(void *context, const struct http_answer *answer, struct error *err);
	int (*body)(void *context, const void *bytes, size_t length, struct error *err);
	void *context;
};

/*
 * The headers that we read. The first counts when a header is repeated, but for WWW-Authenticate,
 * a list: all of it is put together with commas (RFC 9110 section 5.3).
 */
enum http_header {
	HTTP_CONTENT_LENGTH,
	HTTP_CONTENT_RANGE,
	HTTP_CONTENT_TYPE,
	HTTP_DOCKER_CONTENT_DIGEST,
	HTTP_ETAG,
	HTTP_LAST_MODIFIED,
	HTTP_LINK,
	HTTP_LOCATION,
	HTTP_OCI_SUBJECT,
	HTTP_WARNING,
	HTTP_WWW_AUTHENTICATE,
	HTTP_X_RATELIMIT_REMAINING,
	HTTP_X_RATELIMIT_RESET,
	HTTP_HEADERS
};

#define HTTP_UNKNOWN UINT64_MAX

struct http_answer {
	unsigned status;			/* 0: there was none */
	char *headers[HTTP_HEADERS];		/* values, or NULL */
	uint64_t length;			/* of the body as announced, or HTTP_UNKNOWN */
	uint64_t retry_after;			/* seconds that the server asks to wait, or 0 */
	enum address_class address;		/* of the server; ADDRESS_PUBLIC behind a proxy */
	bool redirected;			/* another URL than the first answered */
	bool reached;				/* there was a connection */
	bool newer_tls;			/* the server wants TLS that bundler does not speak */
	bool transient;				/* the failure may pass by itself */
};

/*
 * Runs one hop. 0 when an answer came and, for 200 and 206, its whole body was taken; otherwise -1
 * with STATUS_NETWORK, STATUS_TLS, STATUS_HTTP, STATUS_LIMIT, STATUS_INTERRUPTED, or the error of a
 * callback. A callback that returns -1 ends the transfer. answer is overwritten in either case, and
 * the caller frees it with http_answer_free.
 */
int http_ask(const struct http_request *request, struct http_answer *answer, struct error *err);

void http_answer_free(struct http_answer *answer);

/* What a message says that a request was to do with its URL: "fetch", or "send to". */
const char *http_verb(const struct http_request *request);

#endif
