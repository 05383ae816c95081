/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the payload of cosign's simple signing. */
#include "attest/simple.h"

#include <jansson.h>
#include <stdlib.h>

#define TYPE "cosign container image signature"

int attest_simple_write(struct buffer *bytes, const char *reference, const struct digest *digest)
{
	char hex[DIGEST_TEXT_BYTES];
	json_t *json = json_pack("{s:{s:{s:s}, s:{s:s}, s:s}, s:n}", "critical",
				 "identity", "docker-reference", reference,
				 "image", "docker-manifest-digest", digest_write(digest, hex),
				 "type", TYPE, "optional");
	char *text = json_dumps(json, JSON_COMPACT);
	int result = buffer_add_string(bytes, text);

	free(text);
	json_decref(json);
	return result;
}
