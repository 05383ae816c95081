/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the platform; a program is taken or refused with its own status. */
#include <stdlib.h>

#include "unpack/binary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct platform *platform = platform_table();
	struct content content;
	struct error err;

	if (size == 0)
		return 0;
	for (uint8_t number = data[0]; number > 0; number--)
		platform = platform[1].name ? platform + 1 : platform_table();
	content = content_of(data + 1, size - 1);
	if (binary_check(&content, platform, "fuzz", &err) < 0 && err.status != STATUS_ARCHIVE)
		abort();
	content_free(&content);
	return 0;
}
