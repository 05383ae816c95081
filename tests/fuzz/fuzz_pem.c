/* SPDX-License-Identifier: Apache-2.0 */
/* A PEM bundle is refused, or its normal form is one that is read again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "trust/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int normalise(struct buffer *text, const char *pem, size_t length)
{
	struct bundle bundle;
	struct error err;

	if (bundle_parse(&bundle, "fuzz", pem, length, &err) < 0)
		return -1;
	if (bundle_write(&bundle, text) < 0)
		abort();
	bundle_free(&bundle);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer once, twice;

	buffer_init(&once, 4 * LIMIT_BUNDLE_BYTES);
	buffer_init(&twice, 4 * LIMIT_BUNDLE_BYTES);
	if (normalise(&once, (const char *)data, size) == 0) {
		if (normalise(&twice, once.bytes, once.length) < 0 || once.length != twice.length ||
		    memcmp(once.bytes, twice.bytes, once.length) != 0)
			abort();
	}
	buffer_free(&twice);
	buffer_free(&once);
	return 0;
}
