/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, a line each: the order of those that are some is one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "recipe/version.h"

#define VERSIONS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sign(const char *a, const char *b)
{
	int order = version_compare(a, b);

	return (order > 0) - (order < 0);
}

static void check(const char *a, const char *b, const char *c)
{
	if (sign(a, b) != -sign(b, a) || sign(a, a) != 0)
		abort();
	if (sign(a, b) <= 0 && sign(b, c) <= 0 && sign(a, c) > 0)
		abort();
	if (version_prefix(a, VERSION_NUMBERS) > strlen(a))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_copy(data, size), *rest = text, *line;
	const char *versions[VERSIONS];
	size_t count = 0;

	while (count < VERSIONS && (line = strsep(&rest, "\n")))
		if (!version_fault(line))
			versions[count++] = line;
	for (size_t i = 0; i < count * count * count; i++)
		check(versions[i % count], versions[i / count % count],
		      versions[i / count / count]);
	free(text);
	return 0;
}
