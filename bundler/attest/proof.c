/* SPDX-License-Identifier: Apache-2.0 */
/* Reads proofs of programs. */
#include "attest/proof.h"

#include <fcntl.h>
#include <string.h>

#include "attest/summary.h"
#include "base/file.h"
#include "base/limits.h"

int proof_open_text(struct proof *proof, const char *file, const struct buffer *text,
		    struct error *err)
{
	json_error_t where;

	*proof = (struct proof){ .file = file };
	proof->root = json_loadb(text->bytes ? text->bytes : "", text->length,
				 JSON_REJECT_DUPLICATES, &where);
	if (!proof->root)
		return error_set(err, STATUS_CONFIG, "cannot use proof '%s': line %d, column %d: "
				 "%s", file, where.line, where.column, where.text);
	if (json_integer_value(json_object_get(proof->root, "schema")) == 1
	    && json_is_array(json_object_get(proof->root, "programs")))
		return 0;
	proof_close(proof);
	return error_set(err, STATUS_CONFIG, "cannot use proof '%s': it is not one of schema 1",
			 file);
}

int proof_open(struct proof *proof, const char *file, struct error *err)
{
	struct buffer text;
	int result;

	*proof = (struct proof){ .file = file };
	buffer_init(&text, LIMIT_PROOF_BYTES);
	result = file_read(&text, AT_FDCWD, file, err);
	if (result == 0)
		result = proof_open_text(proof, file, &text, err);
	buffer_free(&text);
	return result;
}

void proof_close(struct proof *proof)
{
	json_decref(proof->root);
	proof->root = NULL;
}

static bool has(const json_t *program, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(program, key));

	return text && strcmp(text, value) == 0;
}

static const json_t *find_program(const struct proof *proof, const char *platform,
				  const char *path)
{
	const json_t *programs = json_object_get(proof->root, "programs"), *program;
	size_t i;

	json_array_foreach(programs, i, program)
		if (has(program, "platform", platform) && has(program, "path", path))
			return program;
	return NULL;
}

const char *proof_level(const struct proof *proof, const char *platform, const char *path,
			const struct digest *digest, struct error *err)
{
	const json_t *program = find_program(proof, platform, path);
	char hex[DIGEST_HEX_BYTES];

	if (!program) {
		error_set(err, STATUS_CONFIG, "cannot use proof '%s': it says nothing of '%s' for "
			  "'%s'", proof->file, path, platform);
		return NULL;
	}
	if (!has(program, "sha256", digest_write_hex(digest, hex))) {
		error_set(err, STATUS_DIGEST, "cannot use proof '%s': '%s' for '%s' has SHA-256 "
			  "%s, which is not that of the proof", proof->file, path, platform, hex);
		return NULL;
	}
	if (has(program, "result", "proved") && has(program, "level", SUMMARY_SOURCE))
		return SUMMARY_SOURCE;
	if (has(program, "result", "proved but for the vcs stamps")
	    && has(program, "level", SUMMARY_SOURCE_BUT_VCS))
		return SUMMARY_SOURCE_BUT_VCS;
	error_set(err, STATUS_CONFIG, "cannot use proof '%s': '%s' for '%s' was not proved",
		  proof->file, path, platform);
	return NULL;
}
