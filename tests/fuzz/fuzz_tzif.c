/* SPDX-License-Identifier: Apache-2.0 */
/* A file of a time zone: one that is whole begins as one, and is not whole without its last byte. */
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "unpack/tzif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = memory_copy(data, size);	/* so that a byte behind the last one is noticed */

	if (!tzif_fault(copy, size)
	    && (!tzif_begins(copy, size) || !tzif_fault(copy, size - 1)))
		abort();
	free(copy);
	return 0;
}
