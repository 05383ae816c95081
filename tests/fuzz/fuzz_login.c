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

static void find(const struct buffer *text)
{
	char host[] = "host.example", repository[] = "a/b";
	const struct reference reference = { .host = host, .repository = repository };
	struct credentials found;
	struct error err;

	if (credentials_find(&found, text, "FILE", &reference, &err) == 1) {
		if (!found.user != !found.password)
			abort();
		if (found.user)
			free(credentials_basic(&found));
		for (const char *p = found.registry_token; p && *p; p++)
			if (*p <= ' ' || *p > '~')
				abort();
	}
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
