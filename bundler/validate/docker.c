/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the images of docker's manifest.json. */
#include "validate/docker.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "image/reference.h"
#include "validate/image.h"
#include "validate/rule.h"

/*
 * Where a name of the archive states a digest, as "<digest>.json" and "blobs/sha256/<digest>" do,
 * the file must have it.
 */
static void check_named_digest(const struct blobs *blobs, const struct image_file *file)
{
	const char *slash = strrchr(file->name, '/'), *base = slash ? slash + 1 : file->name;
	const char *dot = base + strcspn(base, ".");
	size_t length = strcmp(dot, ".json") == 0 ? (size_t)(dot - base) : strlen(base);
	char *hex = memory_copy(base, length);
	const struct walk_state *state = walk_state(&blobs->walk, file->entry->file);
	struct digest digest;
	char actual[DIGEST_HEX_BYTES];

	if (digest_parse_hex(&digest, hex) == 0 && !digest_equal(&state->digest, &digest))
		findings_add(blobs->findings, file->name, RULE_VERIFICATION, "its SHA-256 is %s",
			     digest_write_hex(&state->digest, actual));
	free(hex);
}

static int check_image(struct blobs *blobs, const struct docker_image *docker, size_t number)
{
	const struct blobs_layer **layers;
	enum compression compression;
	struct image image;
	int result = walk_docker(&blobs->walk, docker, NULL, &image);

	for (size_t i = 0; i < docker->tag_count; i++) {
		const char *fault = reference_fault(docker->tags[i]);

		if (fault)
			findings_add(blobs->findings, "manifest.json", RULE_DOCKER,
				     "[%zu].RepoTags[%zu]: '%s': %s", number, i, docker->tags[i],
				     fault);
	}
	layers = pool_new(&image.pool, image.layer_count, sizeof *layers);
	for (size_t i = 0; i < image.layer_count && result >= 0; i++) {
		const struct image_file *file = &image.layers[i].file;

		if (!file->entry)
			continue;
		/* Nothing in the archive says how it is compressed: Docker looks at it, too. */
		result = blobs_compression(blobs, file, &compression);
		if (result == 0)
			result = blobs_layer(blobs, file, compression, &layers[i]);
		if (result == 0)
			check_named_digest(blobs, file);
	}
	if (result >= 0)
		result = walk_config(&blobs->walk, &image);
	if (result >= 0 && image.config.file.entry)
		check_named_digest(blobs, &image.config.file);
	if (result > 0)
		result = validate_image(blobs, &image, layers);
	image_free(&image);
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

/*
 * Before manifest.json each layer had a directory with its tar, or a link to it, and two more
 * files. They are in use with the layer.
 */
static void use_old_form(struct blobs *blobs)
{
	static const char *const names[] = { "json", "VERSION", "layer.tar" };
	const struct files_entry *entries;
	size_t count;

	entries = files_entries(blobs->walk.files, &count);
	for (size_t i = 0; i < count; i++) {
		const char *slash = strchr(entries[i].name, '/');
		const struct files_entry *layer = entries[i].file ? entries[i].file : &entries[i];

		if (!slash || strcmp(slash, "/layer.tar") != 0
		    || !walk_state(&blobs->walk, layer)->used)
			continue;
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
			char *name = memory_format("%.*s/%s", (int)(slash - entries[i].name),
						   entries[i].name, names[k]);
			struct image_file file = { .role = IMAGE_BLOB, .name = name,
						   .user = entries[i].name };

			if (files_find(blobs->walk.files, name))
				walk_find(&blobs->walk, &file);
			free(name);
		}
	}
}

int validate_docker(struct blobs *blobs, const char *tag)
{
	struct image_document table, repositories = { .fault = NULL };
	struct docker_manifest manifest;
	int result = 0;

	/* The table of contents that came before manifest.json. */
	if (files_find(blobs->walk.files, "repositories"))
		result = walk_table(&blobs->walk, IMAGE_REPOSITORIES, &repositories);
	document_free(&repositories.json);
	if (result < 0)
		return -1;
	result = walk_table(&blobs->walk, IMAGE_DOCKER, &table);
	if (result > 0) {
		document_docker(&table.json, &manifest);
		if (manifest.count == 0)
			findings_add(blobs->findings, "manifest.json", RULE_DOCKER,
				     "it names no image");
		if (tag && !has_tag(&manifest, tag))
			findings_add(blobs->findings, "manifest.json", RULE_DOCKER,
				     "no image has the %s '%s'", strchr(tag, ':') ? "name" : "tag",
				     tag);
		result = 0;
		for (size_t i = 0; i < manifest.count && result >= 0; i++)
			result = check_image(blobs, &manifest.images[i], i);
	}
	document_free(&table.json);
	use_old_form(blobs);
	return result < 0 ? -1 : 0;
}
