/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a place from its tables of contents on, and then that everything in it is in use. */
#include "validate/validate.h"

#include <string.h>

#include "base/limits.h"
#include "validate/blobs.h"
#include "validate/docker.h"
#include "validate/image_schema.h"
#include "validate/oci.h"
#include "validate/rule.h"

#define BLOBS "blobs/"

/* ---- what the walk reports ---- */

/* What describes a document, and its members. */
static const struct {
	const char *rule;
	schema_check *check;
} documents[] = {
	[IMAGE_LAYOUT] = { RULE_LAYOUT, image_schema_layout },
	[IMAGE_INDEX_FILE] = { RULE_INDEX_FILE, image_schema_index },
	[IMAGE_DOCKER] = { RULE_DOCKER, image_schema_docker },
	[IMAGE_REPOSITORIES] = { RULE_DOCKER, image_schema_repositories },
	[IMAGE_INDEX] = { RULE_INDEX, image_schema_index },
	[IMAGE_MANIFEST] = { RULE_MANIFEST, image_schema_manifest },
	[IMAGE_CONFIG] = { RULE_CONFIG, image_schema_config },
};

static void check_document(struct walk *walk, const struct image_document *document)
{
	const struct blobs *blobs = walk->context;
	struct schema schema = {
		.findings = blobs->findings, .subject = document->file.name,
		.rule = documents[document->file.role].rule, .strict = blobs->strict,
		.strict_rule = RULE_IMPORT,
	};

	documents[document->file.role].check(&schema, document->json.root);
}

/* What demands that a file is there. */
static const char *rule_of(const struct image_file *file)
{
	return file->descriptor ? RULE_BLOBS
	       : file->user ? RULE_DOCKER : documents[file->role].rule;
}

static int take_fault(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		      const char *reason)
{
	struct blobs *blobs = walk->context;
	struct findings *findings = blobs->findings;
	const struct descriptor *descriptor = file->descriptor;
	const struct digest *digest;
	char hex[DIGEST_HEX_BYTES];

	switch (fault) {
	case WALK_DESCRIPTOR:
		break;		/* a finding about a member of its document */
	case WALK_MISSING:
		if (descriptor && descriptor->media->foreign)
			break;
		findings_add(findings, file->name, rule_of(file), "it is missing%s%s%s",
			     file->user ? ": '" : "", file->user ? file->user : "",
			     file->user ? "' refers to it" : "");
		break;
	case WALK_NO_FILE:
		findings_add(findings, file->name, rule_of(file), "%s",
			     reason ? reason : "it is not a file");
		break;
	case WALK_MISMATCH:
		digest = &walk_state(walk, file->entry->file)->digest;
		if (file->entry->size != descriptor->size)
			findings_add(findings, file->name, RULE_VERIFICATION, "it has %llu bytes, "
				     "its descriptor in '%s' says %llu",
				     (unsigned long long)file->entry->size, file->user,
				     (unsigned long long)descriptor->size);
		if (!digest_equal(digest, &descriptor->digest))
			findings_add(findings, file->name, RULE_VERIFICATION, "its SHA-256 is %s",
				     digest_write_hex(digest, hex));
		break;
	case WALK_LARGE:
		findings_add(findings, file->name, documents[file->role].rule,
			     "it is larger than %llu bytes", LIMIT_INDEX_BYTES);
		break;
	case WALK_NOT_JSON:
		findings_add(findings, file->name, RULE_JSON, "it is not a JSON document: %s",
			     reason);
		break;
	case WALK_DEEP:
		findings_add(findings, file->name, RULE_INDEX, "more than %d indexes are in one "
			     "another", LIMIT_INDEX_DEPTH);
		break;
	case WALK_EXHAUSTED:
		return blobs_limit(blobs, reason);
	}
	return 0;
}

/* ---- files ---- */

/*
 * The names below "blobs": an algorithm, and under it an encoded digest (image-layout.md, "Blobs").
 */
static const char *blob_name_fault(const struct files_entry *entry)
{
	const char *algorithm = entry->name + strlen(BLOBS), *slash = strchr(algorithm, '/');
	const bool directory = entry->type == FILES_DIRECTORY;
	struct digest digest;

	if (!slash)
		return directory ? NULL : "it is not in the directory of an algorithm";
	if (directory || strchr(slash + 1, '/'))
		return "only blobs may be in the directory of an algorithm";
	if (strncmp(algorithm, "sha256/", 7) == 0 && digest_parse_hex(&digest, slash + 1) < 0)
		return "its name is not 64 lower-case hexadecimal digits";
	return NULL;
}

/* Whether an entry of the place is in use, and may have its name. */
static void check_entry(const struct blobs *blobs, const struct files_entry *entry, bool archive)
{
	const bool blob = strncmp(entry->name, BLOBS, strlen(BLOBS)) == 0;
	const char *rule = blob ? RULE_BLOBS : RULE_DOCKER;
	const char *fault = blob ? blob_name_fault(entry) : NULL;
	const bool used = walk_state(&blobs->walk, entry)->used;

	/* Of one that is in use the fault was reported when it was found. */
	if (entry->fault && !used)
		findings_add(blobs->findings, entry->name, RULE_NAMES, "%s", entry->fault);
	if (fault)
		findings_add(blobs->findings, entry->name, RULE_BLOBS, "%s", fault);
	else if (entry->type != FILES_DIRECTORY && (blob || archive) && !used && !blobs->walk.lost)
		findings_add(blobs->findings, entry->name, rule, "nothing refers to it");
}

int validate_place(const struct location *place, bool strict, struct findings *findings,
		   struct error *err)
{
	static const struct walk_visitor visitor = {
		.fault = take_fault, .entry = validate_oci_entry, .document = check_document,
	};
	const bool docker = place->kind == LOCATION_DOCKER_ARCHIVE;
	bool has_index, has_docker;
	const struct files_entry *entries;
	struct blobs blobs;
	size_t count;
	int result = blobs_open(&blobs, place, &visitor, err);

	if (result < 0)
		goto out;
	blobs.findings = findings;
	blobs.strict = strict;
	has_index = files_find(blobs.walk.files, "index.json");
	has_docker = files_find(blobs.walk.files, "manifest.json");
	if (!has_index && !has_docker && !files_find(blobs.walk.files, "oci-layout")) {
		result = error_set(err, STATUS_ARCHIVE, "cannot check '%s': it has neither "
				   "'index.json' nor 'manifest.json'", place->path);
		if (place->kind != LOCATION_OCI)
			error_hint(err, "a root file system, such as docker export writes, is read "
				   "by 'bundler diff' as tar:%s", place->path);
		goto out;
	}
	/* Both tables of contents may be there: docker's, and that of a layout. */
	if (!docker || has_index)
		result = validate_oci(&blobs, docker ? NULL : place->tag);
	if (result == 0 && (docker || (place->kind == LOCATION_OCI_ARCHIVE && has_docker)))
		result = validate_docker(&blobs, docker ? place->tag : NULL);
	entries = files_entries(blobs.walk.files, &count);
	for (size_t i = 0; i < count && result == 0; i++)
		check_entry(&blobs, &entries[i], docker);
	findings_sort(findings);
out:
	blobs_close(&blobs);
	return result;
}
