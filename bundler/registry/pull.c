/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the documents of an image through a registry. */
#include "registry/pull.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/document.h"
#include "image/image.h"
#include "image/listing.h"

#define BLOBS "blobs/sha256/"
#define INDEX "application/vnd.oci.image.index.v1+json"
#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define TABLES 2	/* add_tables */
#define NAME_BYTES (sizeof BLOBS + DIGEST_HEX_BYTES)

/* A manifest or index that was sent. */
struct received {
	struct document json;
	struct digest digest;
	const struct media *media;
};

/* What a descriptor says of a blob. */
struct part {
	struct digest digest;
	uint64_t size;
	bool absent;		/* there is no digest, or no registry has it, as foreign layers */
};

/*
 * What is kept of a manifest until its layers were fetched: some bytes for each, where its JSON
 * takes ten times its text.
 */
struct manifest {
	struct part config, *layers;	/* layers are freed, and none is absent */
	size_t count;			/* of layers */
	const char *platform;		/* NULL before it is known; see platform_name */
	bool attached;			/* it refers to another one */
};

struct puller {
	struct pull *pull;
	const struct location *place;
	const struct pull_wanted *wanted;
	pull_ask *ask;
	void *context;
	struct manifest *manifests;
	size_t manifest_count;
	struct digest *documents;	/* manifests and indexes, as they came */
	size_t document_count;
	bool attaching;			/* what comes now refers to another one */
	struct digest *passed;		/* manifests for platforms that are not wanted */
	size_t passed_count;
	struct pull_item *blobs;	/* to be asked for */
	size_t blob_count;
	uint64_t document_bytes, blob_bytes;	/* that may still come */
	struct error *err;
};

static int refuse(const struct puller *puller, enum status status, const char *reason)
{
	return error_set(puller->err, status, "cannot read '%s': %s", puller->place->path, reason);
}

static int refuse_count(const struct puller *puller)
{
	return error_set(puller->err, STATUS_LIMIT, "cannot read '%s': it has more than %d "
			 "manifests, configurations and layers", puller->place->path,
			 LIMIT_REGISTRY_FILES - TABLES);
}

/* ---- files ---- */

static char *blob_name(const struct digest *digest, char name[NAME_BYTES])
{
	memcpy(name, BLOBS, strlen(BLOBS));
	digest_write_hex(digest, name + strlen(BLOBS));
	return name;
}

static struct location_file *find(const struct pull *pull, const struct digest *digest)
{
	char name[NAME_BYTES];

	blob_name(digest, name);
	for (size_t i = 0; i < pull->count; i++)
		if (strcmp(pull->files[i].name, name) == 0)
			return &pull->files[i];
	return NULL;
}

/* Gives a file its descriptor, which is closed on failure. */
static int fill(const struct puller *puller, struct location_file *file, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return refuse(puller, STATUS_FILE, "what was fetched is not a file");
	}
	file->fd = fd;
	file->size = (uint64_t)st.st_size;
	return 0;
}

/* A new file, whose descriptor may still be missing (-1). NULL on failure, which closes it. */
static struct location_file *add(const struct puller *puller, const char *name, int fd)
{
	struct pull *pull = puller->pull;
	struct location_file *file = &pull->files[pull->count];

	if (pull->count == LIMIT_REGISTRY_FILES) {
		refuse_count(puller);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	*file = (struct location_file){ pool_string(&pull->pool, name), -1, 0 };
	if (fd >= 0 && fill(puller, file, fd) < 0)
		return NULL;
	pull->count++;
	return file;
}

/* Adds a document of ours, which is freed. */
static int add_table(const struct puller *puller, int scratch, const char *name, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	int fd = file_open_unnamed(scratch), result = -1;

	if (fd >= 0 && text && file_write_all(fd, text, strlen(text)) == 0) {
		result = add(puller, name, fd) ? 0 : -1;
	} else {
		error_errno(puller->err, STATUS_FILE, "cannot keep files of '%s'",
			    puller->place->path);
		if (fd >= 0)
			close(fd);
	}
	free(text);
	json_decref(json);
	return result;
}

/* ---- blobs ---- */

static struct part part_of(const struct descriptor *descriptor)
{
	return (struct part){
		descriptor->digest, descriptor->size,
		descriptor->fault || descriptor->media->foreign,
	};
}

/* Whether a registry has it and it is not there yet. */
static bool is_new(const struct puller *puller, const struct part *part)
{
	return !part->absent && !find(puller->pull, &part->digest);
}

/* Adds a blob to those that fetch_blobs asks for. */
static int want(struct puller *puller, const struct part *part)
{
	char name[NAME_BYTES];

	if (!is_new(puller, part))
		return 0;
	if (part->size > puller->blob_bytes)
		return refuse(puller, STATUS_LIMIT, "its layers are too large together");
	puller->blob_bytes -= part->size;
	if (!add(puller, blob_name(&part->digest, name), -1))
		return -1;
	puller->blobs[puller->blob_count++] = (struct pull_item){
		.kind = PULL_BLOB, .digest = part->digest, .size = part->size,
	};
	return 0;
}

static int fetch_blobs(struct puller *puller)
{
	int result = 0;

	for (size_t i = 0; i < puller->blob_count && result == 0; i += PULL_ITEMS) {
		const size_t left = puller->blob_count - i;
		const size_t count = left < PULL_ITEMS ? left : PULL_ITEMS;
		struct pull_item *items = puller->blobs + i;

		if (puller->ask(puller->context, items, count, puller->err) < 0)
			return -1;
		for (size_t k = 0; k < count; k++)
			if (fill(puller, find(puller->pull, &items[k].digest), items[k].fd) < 0)
				result = -1;
	}
	puller->blob_count = 0;
	return result;
}

/* Reads a document that is there from its begin. */
static int read_file(struct puller *puller, const struct location_file *file,
		     struct buffer *text)
{
	buffer_init(text, LIMIT_INDEX_BYTES);
	if (file->size > puller->document_bytes)
		return refuse(puller, STATUS_LIMIT, "its JSON documents are too large together");
	puller->document_bytes -= file->size;
	lseek(file->fd, 0, SEEK_SET);
	return file_read_open(text, file->fd, puller->place->path, puller->err);
}

/* ---- manifests ---- */

/*
 * What the registry sent it as, its own word and that of the descriptor that led to it, if there is
 * one, must be the same. What the cache had was not sent as anything.
 */
static int check_type(const struct puller *puller, struct received *received, const char *type,
		      const struct descriptor *entry)
{
	const json_t *root = received->json.root;
	const char *own = json_string_value(json_object_get(root, "mediaType"));
	const char *stated = entry ? entry->media_type : NULL;

	if (*type == '\0')
		type = own ? own : stated ? stated
		       : json_object_get(root, "manifests") ? INDEX : MANIFEST;
	received->media = media_find(type);
	if (strstr(type, "docker.distribution.manifest.v1+")
	    || json_integer_value(json_object_get(root, "schemaVersion")) == 1) {
		refuse(puller, STATUS_ARCHIVE, "it is in Docker's image format 1, which has no "
		       "digest of its configuration");
		return error_hint(puller->err, "push it again with a version of Docker from 2016 "
				  "or later");
	}
	if (received->media->kind != MEDIA_INDEX && received->media->kind != MEDIA_MANIFEST)
		return error_set(puller->err, STATUS_ARCHIVE, "cannot read '%s': its media type "
				 "'%s' is not that of an image", puller->place->path, type);
	if (own && strcmp(type, own) != 0)
		stated = own;
	if (stated && strcmp(type, stated) != 0)
		return error_set(puller->err, STATUS_ARCHIVE, "cannot read '%s': a manifest was "
				 "sent as '%s' and is stated to be '%s'", puller->place->path,
				 type, stated);
	if (json_object_get(root, "manifests")
	    && (json_object_get(root, "layers") || json_object_get(root, "config")))
		return refuse(puller, STATUS_ARCHIVE, "a manifest is also an index");
	return 0;
}

static int check_digest(const struct puller *puller, const struct pull_item *item,
			const struct digest *found)
{
	const struct reference *reference = &puller->place->reference;
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];

	digest_write(found, other);
	if (item->kind == PULL_MANIFEST)
		return digest_equal(&item->digest, found) ? 0
		       : error_set(puller->err, STATUS_DIGEST, "cannot read '%s': manifest %s is "
				   "%s", puller->place->path, digest_write(&item->digest, one),
				   other);
	if (!reference->has_digest || digest_equal(&reference->digest, found))
		return 0;
	if (!reference->tag)
		return error_set(puller->err, STATUS_DIGEST, "cannot read '%s': the registry sent "
				 "%s", puller->place->path, other);
	error_set(puller->err, STATUS_DIGEST, "cannot read '%s': tag '%s' is %s now",
		  puller->place->path, reference->tag, other);
	return error_hint(puller->err, "without ':%s', what has the digest is read",
			  reference->tag);
}

/* Reads what was sent because of entry, or is what the reference names. */
static int read_manifest(struct puller *puller, const struct pull_item *item,
			 const struct descriptor *entry, struct received *received)
{
	struct location_file *file = add(puller, "", item->fd);
	char name[NAME_BYTES];
	const char *fault;
	struct buffer text;
	int result = -1;

	if (!file)
		return -1;
	if (read_file(puller, file, &text) == 0) {
		received->digest = digest_of(text.bytes, text.length);
		blob_name(&received->digest, name);
		file->name = pool_string(&puller->pull->pool, name);
		puller->documents[puller->document_count++] = received->digest;
		result = check_digest(puller, item, &received->digest);
	}
	if (result == 0) {
		fault = document_parse(&received->json, &text);
		result = fault ? refuse(puller, STATUS_ARCHIVE, fault)
			       : check_type(puller, received, item->type, entry);
	}
	buffer_free(&text);
	return result;
}

#define NO_PLATFORM "unknown/unknown"	/* of attestations, for example */

/* A platform's name, NO_PLATFORM, or "" for all others: what strangers call it is not kept. */
static const char *platform_name(const char *os, const char *architecture, const char *variant)
{
	struct pool pool = { .blocks = NULL };
	const char *name = image_platform(&pool, os, architecture, variant);
	struct error ignored;
	const struct platform *platform = platform_find(name, &ignored);

	name = platform ? platform->name : strcmp(name, NO_PLATFORM) == 0 ? NO_PLATFORM : "";
	pool_free(&pool);
	return name;
}

/* Keeps what is needed of a manifest. */
static void keep(struct puller *puller, struct document *json, const struct descriptor *entry)
{
	struct manifest *manifest = &puller->manifests[puller->manifest_count++];
	struct image_manifest fields;

	document_manifest(json, &fields);
	*manifest = (struct manifest){
		.config = part_of(&fields.config), .attached = puller->attaching,
	};
	if (entry && entry->has_platform)
		manifest->platform = platform_name(entry->os, entry->architecture, entry->variant);
	for (size_t i = 0; i < fields.count; i++)
		manifest->count += !part_of(&fields.layers[i]).absent;
	manifest->layers = memory_new(manifest->count, sizeof *manifest->layers);
	manifest->count = 0;
	for (size_t i = 0; i < fields.count; i++) {
		const struct part part = part_of(&fields.layers[i]);

		if (!part.absent)
			manifest->layers[manifest->count++] = part;
	}
}

static int fetch_entries(struct puller *puller, struct document *document, unsigned depth);

/* The same, and then fetches what an index leads to. */
static int take(struct puller *puller, const struct pull_item *item,
		const struct descriptor *entry, unsigned depth, struct received *received)
{
	int result;

	*received = (struct received){ .media = NULL };
	result = read_manifest(puller, item, entry, received);
	if (result == 0 && received->media->kind == MEDIA_INDEX)
		result = fetch_entries(puller, &received->json, depth);
	else if (result == 0)
		keep(puller, &received->json, entry);
	document_free(&received->json);
	return result;
}

static bool is_chosen(const struct pull_wanted *wanted, const char *platform)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(wanted->platforms[i]->name, platform) == 0)
			return true;
	return false;
}

/*
 * Whether an entry leads to a manifest that nobody will read, because it is for a platform that is
 * not wanted. Names are compared by who reads the place, whatever has them.
 */
static bool is_passed(const struct puller *puller, const struct descriptor *entry)
{
	return puller->wanted->count > 0 && !puller->attaching && entry->has_platform
	       && entry->media->kind == MEDIA_MANIFEST && !entry->name && !entry->reference
	       && !is_chosen(puller->wanted, platform_name(entry->os, entry->architecture,
							   entry->variant));
}

/* Up to PULL_ITEMS entries from *next on that lead to other manifests, by their descriptors. */
static size_t choose(const struct puller *puller, const struct image_index *index, size_t *next,
		     const struct descriptor *chosen[PULL_ITEMS])
{
	size_t count = 0;

	for (; *next < index->count && count < PULL_ITEMS; ++*next) {
		const struct descriptor *entry = &index->manifests[*next];
		const struct part part = part_of(entry);
		size_t i = 0;

		/* Entries that lead to no manifest are reported by who reads the place. */
		if ((entry->media->kind != MEDIA_INDEX && entry->media->kind != MEDIA_MANIFEST)
		    || !is_new(puller, &part) || is_passed(puller, entry))
			continue;
		while (i < count && !digest_equal(&chosen[i]->digest, &entry->digest))
			i++;
		if (i == count)
			chosen[count++] = entry;
	}
	return count;
}

static int fetch_entries(struct puller *puller, struct document *document, unsigned depth)
{
	const struct descriptor *chosen[PULL_ITEMS];
	struct pull_item items[PULL_ITEMS];
	struct received received;
	struct image_index index;
	size_t next = 0, count;
	int result = 0;

	if (depth == LIMIT_INDEX_DEPTH)
		return refuse(puller, STATUS_LIMIT, "its image indexes are nested too deeply");
	document_index(document, &index);
	for (size_t i = 0; i < index.count; i++) {
		const struct descriptor *entry = &index.manifests[i];
		const struct part part = part_of(entry);

		if (!is_new(puller, &part) || !is_passed(puller, entry))
			continue;
		if (puller->passed_count == LIMIT_REGISTRY_FILES)
			return refuse_count(puller);
		puller->passed[puller->passed_count++] = entry->digest;
	}
	while (result == 0 && (count = choose(puller, &index, &next, chosen)) > 0) {
		for (size_t i = 0; i < count; i++)
			items[i] = (struct pull_item){
				.kind = PULL_MANIFEST, .digest = chosen[i]->digest,
			};
		if (puller->ask(puller->context, items, count, puller->err) < 0)
			return -1;
		for (size_t i = 0; i < count; i++)
			if (result < 0)
				close(items[i].fd);
			else
				result = take(puller, &items[i], chosen[i], depth + 1, &received);
	}
	return result;
}

/* ---- what refers to them ---- */

/* Fetches what a list has, and adds it to the entries of index.json. */
static int fetch_listed(struct puller *puller, const json_t *list, json_t *entries)
{
	const json_t *manifests = json_object_get(list, "manifests");
	struct received received;
	char digest[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < json_array_size(manifests); i++) {
		const struct descriptor entry = descriptor_read(json_array_get(manifests, i));
		const struct part part = part_of(&entry);
		struct pull_item item = { .kind = PULL_MANIFEST, .digest = entry.digest };

		if ((entry.media->kind != MEDIA_INDEX && entry.media->kind != MEDIA_MANIFEST)
		    || !is_new(puller, &part))
			continue;
		if (puller->ask(puller->context, &item, 1, puller->err) < 0
		    || take(puller, &item, &entry, 0, &received) < 0)
			return -1;
		json_array_append_new(entries, json_pack(
			"{s:s, s:s, s:I}", "mediaType", entry.media->name, "digest",
			digest_write(&entry.digest, digest), "size",
			(json_int_t)find(puller->pull, &entry.digest)->size));
	}
	return 0;
}

static int read_list(struct puller *puller, const struct pull_item *item, json_t *entries)
{
	struct buffer text;
	const char *fault;
	json_t *list;
	int result;

	buffer_init(&text, LIMIT_INDEX_BYTES);
	lseek(item->fd, 0, SEEK_SET);
	result = file_read_open(&text, item->fd, puller->place->path, puller->err);
	fault = result == 0 ? listing_parse(&list, &text) : NULL;
	if (fault)
		result = error_set(puller->err, STATUS_ARCHIVE, "cannot read '%s': its list of "
				   "referrers: %s", puller->place->path, fault);
	if (result == 0) {
		result = fetch_listed(puller, list, entries);
		json_decref(list);
	}
	buffer_free(&text);
	return result;
}

/* Of all documents that are there, and of those that come by it. */
static int fetch_referrers(struct puller *puller, json_t *entries)
{
	int result = 0;

	puller->attaching = true;
	for (size_t next = 0; next < puller->document_count && result == 0;) {
		const size_t left = puller->document_count - next;
		const size_t count = left < PULL_ITEMS ? left : PULL_ITEMS;
		struct pull_item items[PULL_ITEMS];

		for (size_t i = 0; i < count; i++)
			items[i] = (struct pull_item){
				.kind = PULL_LIST, .digest = puller->documents[next + i],
			};
		if (puller->ask(puller->context, items, count, puller->err) < 0)
			return -1;
		for (size_t i = 0; i < count; i++) {
			if (result == 0)
				result = read_list(puller, &items[i], entries);
			close(items[i].fd);
		}
		next += count;
	}
	return result;
}

/* ---- images ---- */

/* All configurations, and from them the platforms that no descriptor states. */
static int fetch_configs(struct puller *puller)
{
	for (size_t i = 0; i < puller->manifest_count; i++) {
		const struct part *config = &puller->manifests[i].config;

		if (config->size > LIMIT_INDEX_BYTES)
			return refuse(puller, STATUS_LIMIT, "a configuration is too large");
		if (want(puller, config) < 0)
			return -1;
	}
	if (fetch_blobs(puller) < 0)
		return -1;
	for (size_t i = 0; i < puller->manifest_count; i++) {
		struct manifest *manifest = &puller->manifests[i];
		const struct part *config = &manifest->config;
		const struct location_file *file =
			config->absent ? NULL : find(puller->pull, &config->digest);
		struct image_config fields;
		struct document document;
		struct buffer text;
		int result;

		/* There is none of a foreign type. */
		if (manifest->platform || !file)
			continue;
		result = read_file(puller, file, &text);
		if (result == 0 && !document_parse(&document, &text)) {
			document_config(&document, &fields);
			manifest->platform = platform_name(fields.os, fields.architecture,
							   fields.variant);
		}
		if (result == 0)
			document_free(&document);
		buffer_free(&text);
		if (result < 0)
			return -1;
	}
	return 0;
}

static bool is_wanted(const struct manifest *manifest, const struct pull_wanted *wanted)
{
	const char *platform = manifest->platform ? manifest->platform : "";

	if (manifest->attached)
		return true;
	if (wanted->count == 0)
		return wanted->extent > PULL_IMAGES || strcmp(platform, NO_PLATFORM) != 0;
	return is_chosen(wanted, platform);
}

/* Lists what is there and was not fetched. */
static int list(struct puller *puller, const struct digest *digest)
{
	char name[NAME_BYTES];

	return find(puller->pull, digest) || add(puller, blob_name(digest, name), -1) ? 0 : -1;
}

/* The layers of those that are wanted; all others are only listed, as manifests are. */
static int fetch_layers(struct puller *puller)
{
	for (size_t i = 0; i < puller->manifest_count; i++) {
		const struct manifest *manifest = &puller->manifests[i];

		if (!is_wanted(manifest, puller->wanted))
			continue;
		for (size_t k = 0; k < manifest->count; k++)
			if (want(puller, &manifest->layers[k]) < 0)
				return -1;
	}
	if (fetch_blobs(puller) < 0)
		return -1;
	for (size_t i = 0; i < puller->manifest_count; i++) {
		const struct manifest *manifest = &puller->manifests[i];

		for (size_t k = 0; k < manifest->count; k++)
			if (is_new(puller, &manifest->layers[k])
			    && list(puller, &manifest->layers[k].digest) < 0)
				return -1;
	}
	for (size_t i = 0; i < puller->passed_count; i++)
		if (list(puller, &puller->passed[i]) < 0)
			return -1;
	return 0;
}

/* ---- the place ---- */

/* The files by which a layout is known. entries, of what refers to the image, are taken over. */
static int add_tables(const struct puller *puller, int scratch, const struct received *top,
		      json_t *entries)
{
	const char *tag = puller->place->reference.tag;
	char text[DIGEST_TEXT_BYTES];
	json_t *entry = json_pack("{s:s, s:s, s:I}", "mediaType", top->media->name, "digest",
				  digest_write(&top->digest, text), "size",
				  (json_int_t)find(puller->pull, &top->digest)->size);

	if (tag)
		json_object_set_new(entry, "annotations", json_pack(
			"{s:s}", "org.opencontainers.image.ref.name", tag));
	json_array_insert_new(entries, 0, entry);
	if (add_table(puller, scratch, "index.json", json_pack(
			"{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType", INDEX,
			"manifests", entries)) < 0)
		return -1;
	return add_table(puller, scratch, "oci-layout",
			 json_pack("{s:s}", "imageLayoutVersion", "1.0.0"));
}

int pull_open(struct pull *pull, struct location *place, const struct pull_wanted *wanted,
	      pull_ask *ask, void *context, int scratch, struct error *err)
{
	struct puller puller = {
		.pull = pull, .place = place, .wanted = wanted, .ask = ask, .context = context,
		.err = err,
		.document_bytes = LIMIT_DOCUMENTS_BYTES, .blob_bytes = LIMIT_LAYERS_BYTES,
	};
	struct pull_item named = { .kind = PULL_NAMED };
	json_t *entries = json_array();
	struct received top;
	int result;

	*pull = (struct pull){ .count = 0 };
	pull->files = pool_new(&pull->pool, LIMIT_REGISTRY_FILES, sizeof *pull->files);
	puller.manifests = memory_new(LIMIT_REGISTRY_FILES, sizeof *puller.manifests);
	puller.blobs = memory_new(LIMIT_REGISTRY_FILES, sizeof *puller.blobs);
	puller.documents = memory_new(LIMIT_REGISTRY_FILES, sizeof *puller.documents);
	puller.passed = memory_new(LIMIT_REGISTRY_FILES, sizeof *puller.passed);
	result = ask(context, &named, 1, err);
	if (result == 0)
		result = take(&puller, &named, NULL, 0, &top);
	if (result == 0 && wanted->extent == PULL_ATTACHED)
		result = fetch_referrers(&puller, entries);
	if (result == 0)
		result = fetch_configs(&puller);
	if (result == 0)
		result = fetch_layers(&puller);
	if (result == 0)
		result = add_tables(&puller, scratch, &top, json_incref(entries));
	json_decref(entries);
	for (size_t i = 0; i < puller.manifest_count; i++)
		free(puller.manifests[i].layers);
	free(puller.manifests);
	free(puller.blobs);
	free(puller.documents);
	free(puller.passed);
	place->files = pull->files;
	place->file_count = pull->count;
	return result;
}

void pull_close(struct pull *pull)
{
	for (size_t i = 0; i < pull->count; i++)
		if (pull->files[i].fd >= 0)
			close(pull->files[i].fd);
	pool_free(&pull->pool);
	pull->count = 0;
}
