/* SPDX-License-Identifier: Apache-2.0 */
#include "validate/blobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "validate/rule.h"

#define CHUNK 65536

/* Bytes of all files of a store, or the greatest number there is. */
static uint64_t stored_bytes(const struct files *files)
{
	const struct files_entry *entries;
	uint64_t stored = 0;
	size_t count;

	entries = files_entries(files, &count);
	for (size_t i = 0; i < count; i++)
		if (entries[i].type == FILES_FILE
		    && __builtin_add_overflow(stored, entries[i].size, &stored))
			return UINT64_MAX;
	return stored;
}

void blobs_open(struct blobs *blobs, struct files *files, const char *place, bool strict,
		struct findings *findings, struct error *err)
{
	size_t count;

	files_entries(files, &count);
	*blobs = (struct blobs){
		.files = files, .place = place, .strict = strict, .findings = findings,
		.states = memory_new(count, sizeof *blobs->states),
		.unpacked = layer_input_budget(stored_bytes(files)),
		.stored = LIMIT_LAYERS_BYTES, .documents = LIMIT_DOCUMENTS_BYTES,
		.lookups = LIMIT_LOOKUPS,
		.members = { LIMIT_LAYER_MEMBERS, LIMIT_LAYER_NAMES_BYTES }, .err = err,
	};
}

static void free_layer(struct blobs_layer *layer)
{
	if (layer)
		layer_members_free(&layer->members);
	free(layer);
}

void blobs_close(struct blobs *blobs)
{
	size_t count;

	files_entries(blobs->files, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof blobs->states->layers / sizeof(void *); k++)
			free_layer(blobs->states[i].layers[k]);
	}
	free(blobs->states);
	pool_free(&blobs->pool);
}

struct blobs_state *blobs_state(struct blobs *blobs, const struct files_entry *entry)
{
	size_t count;

	return &blobs->states[entry - files_entries(blobs->files, &count)];
}

/* ---- references ---- */

const struct files_entry *blobs_find(struct blobs *blobs, const char *name, const char *user,
				     const char *rule)
{
	const struct files_entry *entry = files_find(blobs->files, name);

	if (!entry) {
		if (user)
			findings_add(blobs->findings, name, rule, "it is missing: '%s' refers "
				     "to it", user);
		else
			findings_add(blobs->findings, name, rule, "it is missing");
		return NULL;
	}
	blobs_state(blobs, entry)->used = true;
	if (!entry->file) {
		findings_add(blobs->findings, name, rule, "%s",
			     entry->fault ? entry->fault : "it is not a file");
		return NULL;
	}
	blobs_state(blobs, entry->file)->used = true;
	return entry;
}

const struct files_entry *blobs_of(struct blobs *blobs, const struct descriptor *descriptor,
				   const char *user)
{
	char name[sizeof "blobs/sha256/" + DIGEST_HEX_BYTES] = "blobs/sha256/";
	const struct files_entry *entry;

	if (descriptor->fault)
		return NULL;
	digest_write_hex(&descriptor->digest, name + sizeof "blobs/sha256/" - 1);
	if (descriptor->media->foreign && !files_find(blobs->files, name))
		return NULL;
	entry = blobs_find(blobs, name, user, RULE_BLOBS);
	if (entry && entry->size != descriptor->size)
		findings_add(blobs->findings, name, RULE_VERIFICATION, "it has %llu bytes, its "
			     "descriptor in '%s' says %llu", (unsigned long long)entry->size, user,
			     (unsigned long long)descriptor->size);
	return entry;
}

/* ---- contents ---- */

int blobs_limit(struct blobs *blobs, const char *reason)
{
	return error_set(blobs->err, STATUS_LIMIT, "cannot check '%s': %s", blobs->place,
			 reason);
}

/* What ended the reading of a file, by errno. */
static int break_off(struct blobs *blobs, const struct files_entry *entry)
{
	if (errno == EFBIG)
		return blobs_limit(blobs, "its layers unpack to too much");
	if (errno == E2BIG)
		return blobs_limit(blobs, "its layers have too many members");
	if (errno == EINTR && interrupt_check(blobs->err) < 0)
		return -1;
	return error_errno(blobs->err, STATUS_FILE, "cannot read '%s' in '%s'", entry->name,
			   blobs->place);
}

/* Takes a file off what may be read: one that is sparse has more bytes than any disk. */
static int spend(struct blobs *blobs, const struct files_entry *entry)
{
	if (entry->size > blobs->stored)
		return blobs_limit(blobs, "its files have too many bytes");
	blobs->stored -= entry->size;
	return 0;
}

static void note_digest(struct blobs *blobs, const struct files_entry *entry,
			struct digest digest)
{
	struct blobs_state *state = blobs_state(blobs, entry->file);

	state->hashed = true;
	state->digest = digest;
}

int blobs_hash(struct blobs *blobs, const struct files_entry *entry)
{
	struct digest_state digest;
	struct files_reader file;
	char chunk[CHUNK];
	ssize_t got;

	if (blobs_state(blobs, entry->file)->hashed)
		return 0;
	if (spend(blobs, entry) < 0
	    || files_reader_open(&file, blobs->files, entry, blobs->err) < 0)
		return -1;
	digest_init(&digest);
	while ((got = files_reader_read(&file, chunk, sizeof chunk, digest.length)) > 0
	       && interrupt_signal() == 0)
		digest_add(&digest, chunk, (size_t)got);
	if (got > 0)
		errno = EINTR;
	files_reader_close(&file);
	note_digest(blobs, entry, digest_read(&digest));
	return got == 0 ? 0 : break_off(blobs, entry);
}

void blobs_verify(struct blobs *blobs, const struct files_entry *entry,
		  const struct digest *digest)
{
	const struct blobs_state *state = blobs_state(blobs, entry->file);
	char hex[DIGEST_HEX_BYTES];

	if (state->hashed && !digest_equal(&state->digest, digest))
		findings_add(blobs->findings, entry->name, RULE_VERIFICATION, "its SHA-256 is %s",
			     digest_write_hex(&state->digest, hex));
}

/* ---- documents ---- */

/* Takes a document off what may be read. 0; 1 for one that is too large, a finding; -1. */
static int spend_document(struct blobs *blobs, const struct files_entry *entry,
			  const char *rule)
{
	if (entry->size > LIMIT_INDEX_BYTES) {
		findings_add(blobs->findings, entry->name, rule, "it is larger than %llu bytes",
			     (unsigned long long)LIMIT_INDEX_BYTES);
		return 1;
	}
	if (entry->size > blobs->documents)
		return blobs_limit(blobs, "its JSON documents have too many bytes");
	blobs->documents -= entry->size;
	return 0;
}

static bool parse(struct blobs *blobs, const struct files_entry *entry,
		  const struct buffer *text, struct document *document)
{
	const char *fault = document_parse(document, text);

	if (!fault)
		return true;
	findings_add(blobs->findings, entry->name, RULE_JSON, "it is not a JSON document: %s",
		     fault);
	document_free(document);
	return false;
}

int blobs_document(struct blobs *blobs, const struct files_entry *entry, const char *rule,
		   schema_check *check, struct document *document)
{
	struct schema schema = {
		.findings = blobs->findings, .subject = entry->name, .rule = rule,
		.strict = blobs->strict, .strict_rule = RULE_IMPORT,
	};
	struct buffer text;
	int result = spend_document(blobs, entry, rule);

	if (result != 0)
		return result < 0 || blobs_hash(blobs, entry) < 0 ? -1 : 0;
	buffer_init(&text, LIMIT_INDEX_BYTES);
	result = files_read(blobs->files, entry, &text, blobs->err);
	if (result == 0) {
		note_digest(blobs, entry, digest_of(text.bytes, text.length));
		result = parse(blobs, entry, &text, document);
	}
	buffer_free(&text);
	if (result > 0)
		check(&schema, document->root);
	return result;
}

/* ---- layers ---- */

int blobs_compression(struct blobs *blobs, const struct files_entry *entry,
		      enum media_compression *compression)
{
	struct files_reader file;
	int result;

	if (files_reader_open(&file, blobs->files, entry, blobs->err) < 0)
		return -1;
	result = layer_input_compression(&file, compression);
	files_reader_close(&file);
	return result < 0 ? break_off(blobs, entry) : 0;
}

static int read_layer(struct blobs *blobs, const struct files_entry *entry,
		      enum media_compression compression, struct layer_input *input,
		      struct blobs_layer *layer)
{
	const bool zstd = compression == MEDIA_ZSTD;
	const char *fault;

	if (layer_members_read(&layer->members, input, &blobs->members, blobs->findings,
			       entry->name) < 0
	    || layer_input_end(input, &layer->sums, &fault) < 0)
		return break_off(blobs, entry);
	note_digest(blobs, entry, layer->sums.digest);
	layer->unpacked = !fault;
	if (fault)
		findings_add(blobs->findings, entry->name, zstd ? RULE_ZSTD : RULE_GZIP, "the %s "
			     "stream cannot be read: %s", zstd ? "zstd" : "gzip", fault);
	return 0;
}

int blobs_layer(struct blobs *blobs, const struct files_entry *entry,
		enum media_compression compression, const struct blobs_layer **layer)
{
	struct blobs_layer **cached = &blobs_state(blobs, entry->file)->layers[compression];
	struct layer_input *input;
	struct files_reader file;
	int result = 0;

	if (!*cached) {
		if (spend(blobs, entry) < 0
		    || files_reader_open(&file, blobs->files, entry, blobs->err) < 0)
			return -1;
		*cached = memory_new(1, sizeof **cached);
		input = layer_input_open(&file, compression, &blobs->unpacked);
		result = read_layer(blobs, entry, compression, input, *cached);
		layer_input_close(input);
		files_reader_close(&file);
	}
	*layer = *cached;
	return result;
}
