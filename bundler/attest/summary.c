/* SPDX-License-Identifier: Apache-2.0 */
/* Writes summaries of audits. */
#include "attest/summary.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"

/* The last part of a path as a relative reference (RFC 3986 section 4.2). */
static json_t *describe_file(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	const char *slash = strrchr(path, '/');
	struct buffer text;
	json_t *string;

	buffer_init(&text, LIMIT_REPORT_BYTES);
	for (const char *c = slash ? slash + 1 : path; *c; c++)
		buffer_format(&text, strchr(plain, *c) ? "%c" : "%%%02X", (unsigned char)*c);
	string = json_string(text.length > 0 ? text.bytes : "");
	buffer_free(&text);
	return string;
}

static json_t *describe_ignored(const char *field)
{
	char *name = memory_format("%s%s", SUMMARY_IGNORED, field);
	json_t *level;

	for (char *c = name + strlen(SUMMARY_IGNORED); *c; c++)
		*c = (char)toupper((unsigned char)*c);
	level = json_string(name);
	free(name);
	return level;
}

const char *summary_level(const struct summary *summary)
{
	return summary->identical && summary->ignored_count == 0 ? SUMMARY_REPRODUCED
								 : SUMMARY_EQUIVALENT;
}

json_t *summary_describe(const struct summary *summary)
{
	char *verifier = memory_format("%s%s", SUMMARY_VERIFIER, summary->version);
	char hex[DIGEST_HEX_BYTES];
	json_t *levels = json_pack("[s]", summary_level(summary)), *predicate;

	for (size_t i = 0; i < summary->ignored_count; i++)
		json_array_append_new(levels, describe_ignored(summary->ignored[i]));
	if (summary->source)
		json_array_append_new(levels, json_string(summary->source));
	predicate = json_pack("{s:{s:s}, s:s, s:{s:o, s:{s:s}}, s:s, s:o}", "verifier", "id",
			      verifier, "resourceUri", summary->resource, "policy", "uri",
			      describe_file(summary->lock), "digest", "sha256",
			      digest_write_hex(summary->lock_digest, hex), "verificationResult",
			      "PASSED", "verifiedLevels", levels);
	free(verifier);
	return predicate;
}
