/* SPDX-License-Identifier: Apache-2.0 */
/* Asks with the user's token where that belongs, and says what GitHub's refusals mean. */
#include "fetch/github.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/memory.h"
#include "fetch/range.h"

const char *github_token_fault(const char *token)
{
	for (; *token; token++)
		if (*token <= ' ' || *token > '~')
			return "it has a blank, a control character or one that is not ASCII";
	return NULL;
}

static bool is_api(const struct url *url)
{
	return url->scheme == URL_HTTPS && url->port == 443
	       && strcmp(url->host, "api.github.com") == 0;
}

/* When the limit ends. */
static void write_end(const struct http_answer *answer, char *text, size_t size)
{
	const char *reset = answer->headers[HTTP_X_RATELIMIT_RESET];
	uint64_t seconds = (uint64_t)time(NULL) + answer->retry_after;
	struct tm parts;
	time_t end;

	if (answer->retry_after == 0
	    && (!reset || range_parse_number(&seconds, &reset) < 0 || *reset != '\0'))
		seconds = UINT64_MAX;
	if (seconds > LIMIT_EPOCH) {
		snprintf(text, size, "a time that is not said");
		return;
	}
	end = (time_t)seconds;
	gmtime_r(&end, &parts);
	strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &parts);
}

/* Says what an answer of the API means that is not what was asked for. */
static void explain(const struct url *url, bool with_token, struct http_answer *answer,
		    struct error *err)
{
	const char *remaining = answer->headers[HTTP_X_RATELIMIT_REMAINING];
	const bool spent = remaining && strcmp(remaining, "0") == 0;
	char end[80];

	if (answer->status == 401 && with_token)
		error_hint(err, "GitHub does not accept the token in GITHUB_TOKEN");
	if ((answer->status != 403 && answer->status != 429)
	    || (!spent && answer->retry_after == 0))
		return;
	write_end(answer, end, sizeof end);
	error_set(err, STATUS_HTTP, "cannot fetch '%s': GitHub's limit of requests is reached "
		  "until %s", url->shown, end);
	error_hint(err, with_token ? "wait, or pass a copy of it with --sums"
				   : "a token in GITHUB_TOKEN has a higher limit");
	/* The other limit, of requests in a short time, ends with the pause that is asked for. */
	answer->transient = answer->retry_after > 0;
}

int github_get(void *github, const struct url *url, struct http_request *request,
	       struct http_answer *answer, struct error *err)
{
	struct github *api = github;
	char *authorization = NULL;
	int result;

	if (!is_api(url) || !api->token) {
		result = grant_get(&api->granted, url, request, answer, err);
	} else {
		authorization = memory_format("Bearer %s", api->token);
		request->authorization = authorization;
		result = redirect_get(api->granted.client, url, request, answer, err);
		request->authorization = NULL;
		free(authorization);
	}
	if (!is_api(url))
		return result;
	if (result < 0)
		explain(url, api->token, answer, err);
	return result;
}
