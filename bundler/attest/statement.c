/* SPDX-License-Identifier: Apache-2.0 */
/* Writes statements about images. */
#include "attest/statement.h"

#include "base/path.h"
#include "base/purl.h"
#include "image/document.h"

#define TYPE "https://in-toto.io/Statement/v1"

json_t *statement_describe(const struct statement_subject *subjects, size_t count,
			   const char *predicate_type, const json_t *predicate)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		char hex[DIGEST_HEX_BYTES];

		json_array_append_new(list, json_pack("{s:s, s:{s:s}}", "name", subjects[i].name,
			"digest", "sha256", digest_write_hex(&subjects[i].digest, hex)));
	}
	return json_pack("{s:s, s:o, s:s, s:O}", "_type", TYPE, "subject", list,
			 "predicateType", predicate_type, "predicate", predicate);
}

struct content statement_write(const struct statement_subject *subjects, size_t count,
			       const char *predicate_type, const json_t *predicate)
{
	return document_write(statement_describe(subjects, count, predicate_type, predicate),
			      JSON_COMPACT);
}

const char *statement_name(struct pool *pool, const char *name, const struct digest *digest,
			   const char *architecture)
{
	const struct purl_qualifier qualifiers[] = { { "arch", architecture }, { NULL, NULL } };
	char version[DIGEST_TEXT_BYTES];

	return purl_make(pool, "oci", path_name(name), digest_write(digest, version), qualifiers);
}
