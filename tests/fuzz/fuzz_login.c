/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON around a login: a file with logins, a token service's answer, a registry's refusal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "registry/credentials.h"
#include "registry/refusal.h"
#include "registry/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A helper that prints the text. */
static int help(void *context, const char *name, const char *server, struct buffer *answer,
		int *status, struct error *err)
{
	const struct buffer *text = context;

	(void)name, (void)server, (void)err;
	*status = text->length % 2;
	buffer_add(answer, text->bytes, text->length < answer->maximum ? text->length : 0);
	return 0;
}

static void find(struct buffer *text)
{
	char host[] = "host.example", repository[] = "a/b";
	const struct reference reference = { .host = host, .repository = repository };
	struct credentials found;
	struct error err;

	if (credentials_find(&found, text, "FILE", &reference, help, text, &err) == 1) {
		if (!found.user != !found.password)
			abort();
		if (found.user)
			free(credentials_basic(&found));
		for (const char *p = found.registry_token; p && *p; p++)
			if (*p <= ' ' || *p > '~')
				abort();
	}
	credentials_free(&found);
	if (credentials_parse(&found, text, text->length % 2, "x", &err) == 1
	    && !found.user == !found.identity_token)
		abort();
	credentials_free(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text;
	char *token, *words;

	buffer_init(&text, LIMIT_AUTHFILE_BYTES);
	buffer_add(&text, data, size);
	find(&text);
	if (!token_parse(&token, &text) && (strpbrk(token, " \r\n") || !*token))
		abort();
	free(token);
	words = refusal_read(&text);
	if (words && strlen(words) > 200)
		abort();
	free(words);
	buffer_free(&text);
	return 0;
}
