/* SPDX-License-Identifier: Apache-2.0 */
#include "validate/validate.h"

#include <string.h>

#include "image/files.h"
#include "validate/blobs.h"
#include "validate/docker.h"
#include "validate/oci.h"
#include "validate/rule.h"

#define BLOBS "blobs/"

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
		return "nothing but blobs stands in the directory of an algorithm";
	if (strncmp(algorithm, "sha256/", 7) == 0 && digest_parse_hex(&digest, slash + 1) < 0)
		return "its name is not 64 lower-case hexadecimal digits";
	return NULL;
}

static void check_entry(struct blobs *blobs, const struct files_entry *entry, bool archive)
{
	const bool blob = strncmp(entry->name, BLOBS, strlen(BLOBS)) == 0;
	const char *rule = blob ? RULE_BLOBS : RULE_DOCKER;
	const char *fault = blob ? blob_name_fault(entry) : NULL;
	const bool used = blobs_state(blobs, entry)->used;

	/* Of one that is in use who uses it has told. */
	if (entry->fault && !used)
		findings_add(blobs->findings, entry->name, RULE_NAMES, "%s", entry->fault);
	if (fault)
		findings_add(blobs->findings, entry->name, RULE_BLOBS, "%s", fault);
	else if (entry->type != FILES_DIRECTORY && (blob || archive) && !used && !blobs->lost)
		findings_add(blobs->findings, entry->name, rule, "nothing refers to it");
}

static bool has(const struct files *files, const char *name)
{
	return files_find(files, name) != NULL;
}

/* Both tables of contents may be there: docker's, and that of a layout. */
static int check(struct blobs *blobs, const struct location *place)
{
	const struct files *files = blobs->files;
	const bool docker = place->kind == LOCATION_DOCKER_ARCHIVE;
	const struct files_entry *entries;
	size_t count;

	if ((!docker || has(files, "index.json"))
	    && validate_oci(blobs, docker ? NULL : place->tag) < 0)
		return -1;
	if ((docker || (place->kind == LOCATION_OCI_ARCHIVE && has(files, "manifest.json")))
	    && validate_docker(blobs, docker ? place->tag : NULL) < 0)
		return -1;
	entries = files_entries(files, &count);
	for (size_t i = 0; i < count; i++)
		check_entry(blobs, &entries[i], docker);
	return 0;
}

int validate_place(const struct location *place, bool strict, struct findings *findings,
		   struct error *err)
{
	struct blobs blobs;
	struct files *files;
	int result;

	if (files_open(&files, place, err) < 0)
		return -1;
	if (has(files, "index.json") || has(files, "oci-layout") || has(files, "manifest.json")) {
		blobs_open(&blobs, files, place->path, strict, findings, err);
		result = check(&blobs, place);
		blobs_close(&blobs);
		findings_sort(findings);
	} else {
		result = error_set(err, STATUS_ARCHIVE, "cannot check '%s': it has neither "
				   "'index.json' nor 'manifest.json'", place->path);
	}
	files_close(files);
	return result;
}
