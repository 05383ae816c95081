/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the statements about images at a place, and compares them with those expected. */
#include "audit/statements.h"

#include <string.h>

#include "attest/bundle.h"
#include "attest/provenance.h"
#include "attest/statement.h"
#include "audit/config.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "image/walk.h"

struct reading {
	struct audit *audit;
	const struct audit_statement *expected;
	size_t count;
};

/* What is missing or damaged is found by who compares the images. */
static int take_fault(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		      const char *reason)
{
	(void)file;
	return fault == WALK_EXHAUSTED ? error_set(walk->err, STATUS_LIMIT, "cannot read '%s': %s",
						   walk->place, reason) : 0;
}

/* ---- one statement ---- */

static void note(struct reading *reading, const struct digest *digest, const char *what,
		 const char *remark)
{
	char text[DIGEST_TEXT_BYTES];
	struct audit_finding *finding = audit_add(reading->audit, AUDIT_ATTESTATION,
						  AUDIT_CLASS_REFERRER,
						  digest_write(digest, text), NULL, what);

	if (finding)
		finding->remark = pool_string(&reading->audit->pool, remark);
}

/* Whether bundler states such things itself; otherwise others know more. */
static bool is_ours(const char *type, const json_t *predicate)
{
	return strcmp(type, STATEMENT_PROVENANCE) == 0 && provenance_is_ours(predicate);
}

/* Without who has built, which cannot be found out. */
static json_t *without_builder(const json_t *statement)
{
	json_t *copy = json_deep_copy(statement);

	json_object_del(json_object_get(json_object_get(copy, "predicate"), "runDetails"),
			"builder");
	return copy;
}

static void compare(struct reading *reading, const struct audit_statement *expected,
		    const json_t *found)
{
	json_t *e = without_builder(expected->statement), *f = without_builder(found);

	reading->audit->platform = expected->platform;
	audit_config_json(reading->audit, AUDIT_ATTESTATION, AUDIT_CLASS_ATTESTATION,
			  "provenance", e, f);
	reading->audit->platform = NULL;
	json_decref(e);
	json_decref(f);
}

static void take_statement(struct reading *reading, const struct digest *subject,
			   const struct digest *digest, const json_t *statement)
{
	const char *type = json_string_value(json_object_get(statement, "predicateType"));
	const json_t *predicate = json_object_get(statement, "predicate");

	if (!type) {
		note(reading, digest, STATEMENT_MEDIA_TYPE, "not a statement");
		return;
	}
	if (strcmp(type, STATEMENT_SIGNATURE) == 0)	/* it states nothing else */
		return;
	for (size_t i = 0; i < reading->count && is_ours(type, predicate); i++)
		if (digest_equal(&reading->expected[i].subject, subject)) {
			compare(reading, &reading->expected[i], statement);
			return;
		}
	note(reading, digest, type, "not compared");
}

/* ---- the place ---- */

/*
 * Parses a statement, or the one in a bundle: whose signature it has does not matter here, because
 * bundler states the same without one. Returns NULL, or why it is refused.
 */
static const char *parse(struct document *document, const struct buffer *text, bool bundle)
{
	struct envelope envelope;
	const char *fault;

	if (!bundle)
		return document_parse(document, text);
	fault = attest_bundle_parse(&envelope, text);
	if (!fault && strcmp(envelope.type, STATEMENT_MEDIA_TYPE) != 0)
		fault = "not a statement";
	if (!fault)
		fault = document_parse(document, &(struct buffer){ .bytes = envelope.payload,
								   .length = envelope.length });
	envelope_free(&envelope);
	return fault;
}

/* Reads a layer of an artifact. */
static int take_layer(struct walk *walk, const struct image_layer *layer,
		      const struct digest *subject)
{
	struct reading *reading = walk->context;
	const struct descriptor *descriptor = layer->file.descriptor;
	const struct files_entry *entry = layer->file.entry;
	const bool bundle = strcmp(descriptor->media_type, ATTEST_BUNDLE_TYPE) == 0;
	const size_t maximum = bundle ? LIMIT_ENVELOPE_BYTES : LIMIT_STATEMENT_BYTES;
	struct document document = { .root = NULL };
	const char *fault = NULL;
	struct digest digest;
	struct buffer text;
	int result;

	if (!bundle && strcmp(descriptor->media_type, STATEMENT_MEDIA_TYPE) != 0)
		return 0;
	if (!entry || entry->file->fd < 0 || entry->size > maximum) {
		note(reading, &descriptor->digest, descriptor->media_type,
		     entry && entry->file->fd >= 0 ? "too large" : "not there");
		return 0;
	}
	if (entry->size > walk->documents)
		return error_set(walk->err, STATUS_LIMIT, "cannot read '%s': its statements are "
				 "too large together", walk->place);
	walk->documents -= entry->size;
	buffer_init(&text, maximum);
	result = files_read(walk->files, entry, &text, walk->err);
	if (result == 0) {
		digest = digest_of(text.bytes, text.length);
		fault = digest_equal(&digest, &descriptor->digest)
			? parse(&document, &text, bundle) : "its digest is another one";
	}
	if (result == 0 && fault)
		note(reading, &descriptor->digest, descriptor->media_type, fault);
	else if (result == 0)
		take_statement(reading, subject, &descriptor->digest, document.root);
	document_free(&document);
	buffer_free(&text);
	return result;
}

/* What a manifest is about: its subject, or in an index what BuildKit's annotation says. */
static const char *find_subject(const struct walk_entry *entry, const struct image *image,
				struct digest *digest)
{
	const json_t *subject = image->manifest_fields->subject;
	const struct descriptor descriptor = descriptor_read(subject);
	const char *text = json_string_value(json_object_get(entry->descriptor->annotations,
							     "vnd.docker.reference.digest"));

	if (subject && !descriptor.fault) {
		*digest = descriptor.digest;
		return NULL;
	}
	return text ? digest_parse(digest, text) : "it has none";
}

static bool is_expected(const struct reading *reading, const struct digest *subject)
{
	for (size_t i = 0; i < reading->count; i++)
		if (digest_equal(&reading->expected[i].subject, subject))
			return true;
	return false;
}

static int take_entry(struct walk *walk, const struct walk_entry *entry)
{
	const enum media_kind kind = entry->descriptor->media->kind;
	struct image_document index;
	struct digest subject;
	struct image image;
	int result;

	if (kind == MEDIA_INDEX && entry->depth < LIMIT_INDEX_DEPTH) {
		result = walk_index(walk, entry, &index);
		document_free(&index.json);
		return result < 0 ? -1 : 0;
	}
	if (kind != MEDIA_MANIFEST)
		return 0;
	result = walk_image(walk, entry, &image);
	if (result > 0 && !find_subject(entry, &image, &subject)
	    && is_expected(walk->context, &subject))
		for (size_t i = 0; i < image.layer_count && result > 0; i++)
			if (take_layer(walk, &image.layers[i], &subject) < 0)
				result = -1;
	image_free(&image);
	return result < 0 ? -1 : 0;
}

int audit_statements(struct audit *audit, const struct location *place,
		     const struct audit_statement *expected, size_t count, struct error *err)
{
	static const struct walk_visitor visitor = { .fault = take_fault, .entry = take_entry };
	struct reading reading = { .audit = audit, .expected = expected, .count = count };
	struct image_document index = { .fault = NULL };
	struct walk walk;
	int result = walk_open(&walk, place, &visitor, &reading, err);

	if (result == 0) {
		walk.documents = LIMIT_DOCUMENTS_BYTES;
		result = walk_table(&walk, IMAGE_INDEX_FILE, &index);
	}
	if (result > 0)
		result = walk_entries(&walk, &index, 0);
	document_free(&index.json);
	walk_close(&walk);
	return result;
}
