/* SPDX-License-Identifier: Apache-2.0 */
/* A proof is refused, or gives a program a level or a reason why not. */
#include <stdlib.h>
#include <string.h>

#include "attest/proof.h"
#include "attest/summary.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct digest digest = { 0 };
	struct buffer text;
	struct proof proof;
	struct error err;
	const char *level;

	buffer_init(&text, LIMIT_PROOF_BYTES);
	if (buffer_add(&text, data, size) < 0)
		goto out;
	err.status = STATUS_OK;
	if (proof_open_text(&proof, "fuzz", &text, &err) < 0) {
		if (err.status != STATUS_CONFIG)
			abort();
		goto out;
	}
	level = proof_level(&proof, "linux/amd64", "/tiny", &digest, &err);
	if (level ? strcmp(level, SUMMARY_SOURCE) != 0 && strcmp(level, SUMMARY_SOURCE_BUT_VCS) != 0
		  : err.status != STATUS_CONFIG && err.status != STATUS_DIGEST)
		abort();
	proof_close(&proof);
out:
	buffer_free(&text);
	return 0;
}
