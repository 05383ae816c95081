/* SPDX-License-Identifier: Apache-2.0 */
/* A netrc file: its words are in the text, and each but the last ends before the next one begins. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fetch/netrc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *word, const char *text, size_t size)
{
	if (word && (word < text || word > text + size || word + strlen(word) > text + size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_copy(data, size);
	size_t length = strlen(text);
	struct netrc_entry entry;
	struct netrc netrc;

	netrc_begin(&netrc, text);
	while (netrc_next(&netrc, &entry) > 0) {
		check(entry.machine, text, length);
		check(entry.login, text, length);
		check(entry.password, text, length);
	}
	free(text);
	return 0;
}
