/* SPDX-License-Identifier: Apache-2.0 */
/* Follows redirects, one request each, and checks where each leads. */
#include "fetch/redirect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"

void redirect_init(struct redirect *client, int ca_directory, const char *ca_file,
		   const char *ca_origin, const struct proxies *proxies,
		   const struct event_sink *events)
{
	*client = (struct redirect){
		.ca_directory = ca_directory, .ca_file = ca_file, .ca_origin = ca_origin,
		.proxies = *proxies, .events = *events,
	};
	pthread_mutex_init(&client->lock, NULL);
}

void redirect_free(struct redirect *client)
{
	trust_free(client->trust);
	pthread_mutex_destroy(&client->lock);
}

static void tell(const struct redirect *client, const char *url, const char *message)
{
	const struct event event = { .kind = EVENT_DETAIL, .url = url, .message = message };

	if (client->events.notify)
		client->events.notify(client->events.context, &event);
}

static void tell_trust(const struct redirect *client)
{
	const char *origin = client->ca_origin;
	char *message = memory_format("trusting the certificates in '%s'%s%s", client->ca_file,
				      origin ? ", named by " : "", origin ? origin : "");

	tell(client, NULL, message);
	free(message);
}

/* Reads the bundle before the first https connection. */
static int load_trust(struct redirect *client, struct error *err)
{
	int result = 0;

	pthread_mutex_lock(&client->lock);
	if (!client->trust && client->ca_file) {
		result = trust_load(&client->trust, client->ca_directory, client->ca_file, err);
		if (result == 0)
			tell_trust(client);
	} else if (!client->trust) {
		error_set(err, STATUS_TLS, "cannot check certificates: no bundle of root "
			  "certificates is set");
		result = error_hint(err, "name one with --ca-file");
	}
	pthread_mutex_unlock(&client->lock);
	return result;
}

/* Tells of a request: "GET https://... through the proxy: 302 after 0.12 s". */
static void tell_request(const struct redirect *client, const struct http_request *request,
			 const struct http_answer *answer, int64_t milliseconds)
{
	static const char *const methods[] = {
		[HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT",
	};
	char result[24] = "no answer";
	char *message;

	if (answer->status > 0)
		snprintf(result, sizeof result, "%u", answer->status);
	message = memory_format("%s %s%s: %s after %.2f s", methods[request->method],
				request->url->shown,
				request->proxy ? " through the proxy" : "", result,
				(double)milliseconds / 1000);
	tell(client, request->url->shown, message);
	free(message);
}

static int get_hop(struct redirect *client, const struct url *url, struct http_request *request,
		   struct http_answer *answer, struct error *err)
{
	const int64_t begun = clock_now();
	int result;

	if (url->scheme == URL_HTTPS && load_trust(client, err) < 0)
		return -1;
	request->url = url;
	request->proxy = request->this_machine ? NULL : proxy_find(&client->proxies, url);
	request->trust = url->scheme == URL_HTTPS ? client->trust : NULL;
	result = http_ask(request, answer, err);
	tell_request(client, request, answer, clock_now() - begun);
	return result;
}

static bool is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool is_transient(unsigned status)
{
	if (status == 408 || status == 425 || status == 429)
		return true;
	/* 511 is not: a network that wants a login keeps wanting it. */
	return status >= 500 && status <= 599 && status != 501 && status != 505 && status != 511;
}

static const char *status_name(unsigned status)
{
	switch (status) {
	case 401: return " (Unauthorized)";
	case 403: return " (Forbidden)";
	case 404: return " (Not Found)";
	case 410: return " (Gone)";
	case 416: return " (Range Not Satisfiable)";
	case 429: return " (Too Many Requests)";
	case 500: return " (Internal Server Error)";
	case 502: return " (Bad Gateway)";
	case 503: return " (Service Unavailable)";
	case 504: return " (Gateway Timeout)";
	default: return "";
	}
}

const char *redirect_fault(const struct url *url)
{
	struct error unused;

	if (url->scheme != URL_HTTPS)
		return "a redirect must lead to https";
	return trust_check_host(url->host, &unused) < 0 ? "a redirect must lead to a DNS name"
							 : NULL;
}

/* Resolves the Location of from's answer, and checks that a redirect may lead there. */
static int next_hop(struct url *next, const struct url *from, const char *location,
		    struct error *err)
{
	const char *fault;

	if (!location)
		return error_set(err, STATUS_HTTP, "cannot fetch '%s': a redirect without a "
				 "Location (RFC 9110 section 15.4)", from->shown);
	fault = url_resolve(next, from, location);
	if (fault)
		/* Not shown: there may be a password or a signature in it. */
		return error_set(err, STATUS_HTTP, "cannot fetch '%s': redirected to a URL that is "
				 "refused: %s", from->shown, fault);
	fault = redirect_fault(next);
	if (!fault)
		return 0;
	error_set(err, STATUS_HTTP, "cannot fetch '%s': redirected to '%s': %s", from->shown,
		  next->shown, fault);
	url_free(next);
	return -1;
}

/* Fills err for an answer that is not what was asked for. */
static int refuse_status(const struct url *url, const struct http_request *request,
			 struct http_answer *answer, struct error *err)
{
	static const unsigned wanted[] = {
		[HTTP_GET] = 200, [HTTP_HEAD] = 200, [HTTP_POST] = 202, [HTTP_PUT] = 201,
	};

	if (answer->status == wanted[request->method]
	    || (answer->status == 206 && request->method == HTTP_GET))
		return 0;
	answer->transient = is_transient(answer->status);
	return error_set(err, STATUS_HTTP, "cannot %s '%s': HTTP status %u%s", http_verb(request),
			 url->shown, answer->status, status_name(answer->status));
}

int redirect_get(struct redirect *client, const struct url *url, struct http_request *request,
		 struct http_answer *answer, struct error *err)
{
	struct url hop = { 0 }, next;
	unsigned redirects = 0;
	int result;

	request->most_private = ADDRESS_LOOPBACK;
	*answer = (struct http_answer){ 0 };
	while ((result = get_hop(client, url, request, answer, err)) == 0
	       && is_redirect(answer->status)) {
		if (++redirects > LIMIT_REDIRECTS)
			result = error_set(err, STATUS_HTTP, "cannot fetch '%s': redirected more "
					   "than %d times", url->shown, LIMIT_REDIRECTS);
		else
			result = next_hop(&next, url, answer->headers[HTTP_LOCATION], err);
		if (result < 0)
			break;
		if (!url_is_same_origin(url, &next)) {
			request->authorization = NULL;	/* nor later, if it leads back */
			request->field_count = 0;
			request->this_machine = false;
		}
		request->most_private = answer->address;
		http_answer_free(answer);
		url_free(&hop);
		hop = next;
		url = &hop;
	}
	if (result == 0)
		result = refuse_status(url, request, answer, err);
	answer->redirected = redirects > 0;
	url_free(&hop);
	return result;
}

int redirect_single(struct redirect *client, const struct url *url, struct http_request *request,
		    struct http_answer *answer, struct error *err)
{
	*answer = (struct http_answer){ 0 };
	if (get_hop(client, url, request, answer, err) < 0)
		return -1;
	return refuse_status(url, request, answer, err);
}
