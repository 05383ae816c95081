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
static void check_named_digest(struct inspect *inspect, const struct store_entry *entry)
{
	const char *slash = strrchr(entry->name, '/'), *base = slash ? slash + 1 : entry->name;
	const char *dot = base + strcspn(base, ".");
	size_t length = strcmp(dot, ".json") == 0 ? (size_t)(dot - base) : strlen(base);
	char *hex = memory_format("%.*s", (int)length, base);
	struct digest digest;

	if (digest_parse_hex(&digest, hex) == 0)
		inspect_verify(inspect, entry, &digest);
	free(hex);
}

/* ---- layers ---- */

static int check_layer(struct inspect *inspect, struct validate_image *image, size_t i)
{
	const struct store_entry *entry = inspect_find(inspect, image->names[i], "manifest.json",
						       RULE_DOCKER);
	enum media_compression compression;

	if (!entry)
		return 0;
	/* Nothing in the archive says how: Docker looks at it, too. */
	if (inspect_compression(inspect, entry, &compression) < 0
	    || inspect_layer(inspect, entry, compression, &image->layers[i]) < 0
	    || inspect_hash(inspect, entry) < 0)
		return -1;
	check_named_digest(inspect, entry);
	return 0;
}

/* ---- images ---- */

static int check_config(struct inspect *inspect, struct validate_image *image)
{
	const struct store_entry *entry = inspect_find(inspect, image->name, "manifest.json",
						       RULE_DOCKER);
	struct document document;
	int result;

	if (!entry)
		return 0;
	result = inspect_document(inspect, entry, RULE_CONFIG, image_schema_config, &document);
	check_named_digest(inspect, entry);
	if (result <= 0)
		return result;
	document_config(&document, &image->config);
	result = validate_image(inspect, image);
	document_free(&document);
	return result;
}

static void check_tags(struct inspect *inspect, const struct docker_image *image, size_t number)
{
	for (size_t i = 0; i < image->tag_count; i++) {
		const char *fault = reference_fault(image->tags[i]);

		if (fault)
			findings_add(inspect->findings, "manifest.json", RULE_DOCKER,
				     "[%zu].RepoTags[%zu]: '%s': %s", number, i, image->tags[i],
				     fault);
	}
}

static int check_image(struct inspect *inspect, const struct docker_image *docker, size_t number)
{
	struct validate_image image = {
		.name = docker->config, .names = docker->layers, .count = docker->layer_count,
		.layers = memory_new(docker->layer_count, sizeof *image.layers),
	};
	int result = 0;

	check_tags(inspect, docker, number);
	for (size_t i = 0; i < image.count && result == 0; i++)
		result = check_layer(inspect, &image, i);
	if (result == 0)
		result = check_config(inspect, &image);
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

static int check_manifest(struct inspect *inspect, const struct store_entry *entry, const char *tag)
{
	struct docker_manifest manifest;
	struct document document;
	int result = inspect_document(inspect, entry, RULE_DOCKER, image_schema_docker, &document);

	inspect->lost |= result <= 0;
	if (result <= 0)
		return result;
	result = 0;
	document_docker(&document, &manifest);
	if (manifest.count == 0)
		findings_add(inspect->findings, entry->name, RULE_DOCKER, "it names no image");
	if (tag && !has_tag(&manifest, tag))
		findings_add(inspect->findings, entry->name, RULE_DOCKER,
			     "no image has the %s '%s'", strchr(tag, ':') ? "name" : "tag", tag);
	for (size_t i = 0; i < manifest.count && result == 0; i++)
		result = check_image(inspect, &manifest.images[i], i);
	document_free(&document);
	return result;
}

/* The table of contents that came before manifest.json. */
static int check_repositories(struct inspect *inspect)
{
	struct document document;
	const struct store_entry *entry;
	int result = 0;

	if (store_find(inspect->store, "repositories")) {
		entry = inspect_find(inspect, "repositories", NULL, RULE_DOCKER);
		if (entry)
			result = inspect_document(inspect, entry, RULE_DOCKER,
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
static void use_old_form(struct inspect *inspect)
{
	static const char *const names[] = { "json", "VERSION", "layer.tar" };
	const struct store_entry *entries;
	size_t count;

	entries = store_entries(inspect->store, &count);
	for (size_t i = 0; i < count; i++) {
		const char *slash = strchr(entries[i].name, '/');

		const struct store_entry *file = entries[i].file ? entries[i].file : &entries[i];

		if (!slash || strcmp(slash, "/layer.tar") != 0
		    || !inspect_state(inspect, file)->used)
			continue;
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
			char *name = memory_format("%.*s/%s", (int)(slash - entries[i].name),
						   entries[i].name, names[k]);

			if (store_find(inspect->store, name))
				inspect_find(inspect, name, entries[i].name, RULE_DOCKER);
			free(name);
		}
	}
}

int validate_docker(struct inspect *inspect, const char *tag)
{
	const struct store_entry *entry = inspect_find(inspect, "manifest.json", NULL, RULE_DOCKER);
	int result = check_repositories(inspect);

	inspect->lost |= !entry;
	if (result == 0 && entry)
		result = check_manifest(inspect, entry, tag);
	use_old_form(inspect);
	return result;
}
