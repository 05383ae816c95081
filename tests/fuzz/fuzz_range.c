/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Range: what is taken makes sense. */
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fetch/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_copy(data, size);
	struct range range;

	if (range_parse(&range, text) == 0 &&
	    (range.first > range.last || (range.total != 0 && range.last >= range.total) ||
	     range.last > 1000000000000000000ULL))
		abort();
	free(text);
	return 0;
}
