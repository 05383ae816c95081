/* SPDX-License-Identifier: Apache-2.0 */
#include "validate/docker.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "image/reference.h"
#include "validate/image.h"
#include "validate/image_schema.h"
#include "validate/rule.h"

/*
 * Where a name of the archive states a digest, as "<digest>.json" and "blobs/sha256/<digest>" do,
 * the file must have it.
 */
static void check_named_digest(struct blobs *blobs, const struct files_entry *entry)
{
	const char *slash = strrchr(entry->name, '/'), *base = slash ? slash + 1 : entry->name;
	const char *dot = base + strcspn(base, ".");
	size_t length = strcmp(dot, ".json") == 0 ? (size_t)(dot - base) : strlen(base);
	char *hex = memory_format("%.*s", (int)length, base);
	struct digest digest;

	if (digest_parse_hex(&digest, hex) == 0)
		blobs_verify(blobs, entry, &digest);
	free(hex);
}

/* ---- layers ---- */

static int check_layer(struct blobs *blobs, struct validate_image *image, size_t i)
{
	const struct files_entry *entry = blobs_find(blobs, image->names[i], "manifest.json",
						     RULE_DOCKER);
	enum media_compression compression;

	if (!entry)
		return 0;
	/* Nothing in the archive says how: Docker looks at it, too. */
	if (blobs_compression(blobs, entry, &compression) < 0
	    || blobs_layer(blobs, entry, compression, &image->layers[i]) < 0
	    || blobs_hash(blobs, entry) < 0)
		return -1;
	check_named_digest(blobs, entry);
	return 0;
}

/* ---- images ---- */

static int check_config(struct blobs *blobs, struct validate_image *image)
{
	const struct files_entry *entry = blobs_find(blobs, image->name, "manifest.json",
						     RULE_DOCKER);
	struct document document;
	int result;

	if (!entry)
		return 0;
	result = blobs_document(blobs, entry, RULE_CONFIG, image_schema_config, &document);
	check_named_digest(blobs, entry);
	if (result <= 0)
		return result;
	document_config(&document, &image->config);
	result = validate_image(blobs, image);
	document_free(&document);
	return result;
}

static void check_tags(struct blobs *blobs, const struct docker_image *image, size_t number)
{
	for (size_t i = 0; i < image->tag_count; i++) {
		const char *fault = reference_fault(image->tags[i]);

		if (fault)
			findings_add(blobs->findings, "manifest.json", RULE_DOCKER,
				     "[%zu].RepoTags[%zu]: '%s': %s", number, i, image->tags[i],
				     fault);
	}
}

static int check_image(struct blobs *blobs, const struct docker_image *docker, size_t number)
{
	struct validate_image image = {
		.name = docker->config, .names = docker->layers, .count = docker->layer_count,
		.layers = memory_new(docker->layer_count, sizeof *image.layers),
	};
	int result = 0;

	check_tags(blobs, docker, number);
	for (size_t i = 0; i < image.count && result == 0; i++)
		result = check_layer(blobs, &image, i);
	if (result == 0)
		result = check_config(blobs, &image);
	free(image.layers);
	return result;
}

static bool has_tag(const struct docker_manifest *manifest, const char *tag)
{
	for (size_t i = 0; i < manifest->count; i++)
		for (size_t k = 0; k < manifest->images[i].tag_count; k++)
			if (reference_is(manifest->images[i].tags[k], tag))
				return true;
	return false;
}

static int check_manifest(struct blobs *blobs, const struct files_entry *entry, const char *tag)
{
	struct docker_manifest manifest;
	struct document document;
	int result = blobs_document(blobs, entry, RULE_DOCKER, image_schema_docker, &document);

	blobs->lost |= result <= 0;
	if (result <= 0)
		return result;
	result = 0;
	document_docker(&document, &manifest);
	if (manifest.count == 0)
		findings_add(blobs->findings, entry->name, RULE_DOCKER, "it names no image");
	if (tag && !has_tag(&manifest, tag))
		findings_add(blobs->findings, entry->name, RULE_DOCKER,
			     "no image has the %s '%s'", strchr(tag, ':') ? "name" : "tag", tag);
	for (size_t i = 0; i < manifest.count && result == 0; i++)
		result = check_image(blobs, &manifest.images[i], i);
	document_free(&document);
	return result;
}

/* The table of contents that came before manifest.json. */
static int check_repositories(struct blobs *blobs)
{
	struct document document;
	const struct files_entry *entry;
	int result = 0;

	if (files_find(blobs->files, "repositories")) {
		entry = blobs_find(blobs, "repositories", NULL, RULE_DOCKER);
		if (entry)
			result = blobs_document(blobs, entry, RULE_DOCKER,
						image_schema_repositories, &document);
		if (result > 0)
			document_free(&document);
	}
	return result < 0 ? -1 : 0;
}

/*
 * Before manifest.json each layer had a directory with its tar, or a link to it, and two more
 * files. They are in use with the layer.
 */
static void use_old_form(struct blobs *blobs)
{
	static const char *const names[] = { "json", "VERSION", "layer.tar" };
	const struct files_entry *entries;
	size_t count;

	entries = files_entries(blobs->files, &count);
	for (size_t i = 0; i < count; i++) {
		const char *slash = strchr(entries[i].name, '/');

		const struct files_entry *file = entries[i].file ? entries[i].file : &entries[i];

		if (!slash || strcmp(slash, "/layer.tar") != 0
		    || !blobs_state(blobs, file)->used)
			continue;
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
			char *name = memory_format("%.*s/%s", (int)(slash - entries[i].name),
						   entries[i].name, names[k]);

			if (files_find(blobs->files, name))
				blobs_find(blobs, name, entries[i].name, RULE_DOCKER);
			free(name);
		}
	}
}

int validate_docker(struct blobs *blobs, const char *tag)
{
	const struct files_entry *entry = blobs_find(blobs, "manifest.json", NULL, RULE_DOCKER);
	int result = check_repositories(blobs);

	blobs->lost |= !entry;
	if (result == 0 && entry)
		result = check_manifest(blobs, entry, tag);
	use_old_form(blobs);
	return result;
}
