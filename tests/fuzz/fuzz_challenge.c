/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate: what is kept of it is in the text, and is harmless. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "registry/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *value, size_t size)
{
	if (value && strlen(value) > size)
		abort();
	for (const char *p = value ? value : ""; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 127)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_copy(data, size);
	struct challenge challenge;

	challenge_parse(&challenge, text);
	check(challenge.realm, size);
	check(challenge.service, size);
	check(challenge.scope, size);
	check(challenge.error, size);
	if (!challenge.bearer && (challenge.realm || challenge.service || challenge.scope))
		abort();
	challenge_free(&challenge);
	free(text);
	return 0;
}
