/* SPDX-License-Identifier: Apache-2.0 */
/* Reads JSON documents strictly, and the members of those that images have. */
#include "image/document.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* ---- text ---- */

/* Behind the string whose first character text points to, its quote included; or at the end. */
static const char *skip_string(const char *text, const char *end)
{
	for (; text < end && *text != '"'; text++)
		if (*text == '\\' && text + 1 < end)
			text++;
	return text < end ? text + 1 : end;
}

/*
 * Jansson takes up to 300 bytes for a value of two and goes as deep as its own stack frames, so
 * both are counted before it begins.
 */
static const char *measure(const char *text, const char *end, size_t *values)
{
	size_t depth = 0;

	*values = 1;
	while (text < end) {
		switch (*text++) {
		case '"':
			text = skip_string(text, end);
			break;
		case '[':
		case '{':
			++*values;
			if (++depth > LIMIT_DOCUMENT_DEPTH)
				return "it is nested too deeply";
			break;
		case ']':
		case '}':
			depth -= depth > 0;
			break;
		case ',':
			++*values;
		}
		if (*values > LIMIT_DOCUMENT_VALUES)
			return "it has too many values";
	}
	return NULL;
}

/* A key as Go's encoding/json compares it: without case, and "\u017f" is an s, "\u212a" a k. */
static char *fold(const char *key)
{
	char *folded = memory_string(key), *to = folded;

	for (const char *from = folded; *from;) {
		if (strncmp(from, "\xc5\xbf", 2) == 0) {
			*to++ = 's';
			from += 2;
		} else if (strncmp(from, "\xe2\x84\xaa", 3) == 0) {
			*to++ = 'k';
			from += 3;
		} else {
			*to = *from++;
			if (*to >= 'A' && *to <= 'Z')
				*to |= 0x20;
			to++;
		}
	}
	*to = '\0';
	return folded;
}

/* Whether the keys of an object of this name are free, so that case tells them apart. */
static bool is_map(const char *name)
{
	static const char *const maps[] = { "Labels", "annotations", "ExposedPorts", "Volumes" };
	size_t i = 0;

	while (i < sizeof maps / sizeof maps[0] && strcmp(maps[i], name) != 0)
		i++;
	return i < sizeof maps / sizeof maps[0];
}

/* Whether only engines take a key for one that leads to images or chooses between them. */
static bool is_disguised(const char *key, const char *folded)
{
	static const char *const names[] = {
		"annotations", "architecture", "manifests", "mediatype", "os", "platform",
		"variant",
	};
	size_t i = 0;

	while (i < sizeof names / sizeof names[0] && strcmp(names[i], folded) != 0)
		i++;
	return i < sizeof names / sizeof names[0] && strcmp(key, folded) != 0
	       && strcmp(key, "mediaType") != 0;
}

/*
 * The first key in value, the member name of another, that engines see twice, or where we see none;
 * or NULL. They ignore case, and take the last.
 */
static const char *find_twin(const json_t *value, const char *name)
{
	json_t *seen = json_object(), *member;
	const char *key, *twin = NULL;
	size_t i;

	json_array_foreach(value, i, member)
	{
		twin = find_twin(member, "");
		if (twin)
			break;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		char *folded = is_map(name) ? NULL : fold(key);

		twin = folded && (json_object_get(seen, folded) || is_disguised(key, folded))
		       ? key : find_twin(member, key);
		if (folded)
			json_object_set_new(seen, folded, json_true());
		free(folded);
		if (twin)
			break;
	}
	json_decref(seen);
	return twin;
}

const char *document_parse(struct document *document, const struct buffer *text)
{
	const char *bytes = text->bytes ? text->bytes : "", *fault;
	json_error_t where;

	*document = (struct document){ .root = NULL };
	fault = measure(bytes, bytes + text->length, &document->values);
	if (fault)
		return fault;
	document->root = json_loadb(bytes, text->length, JSON_REJECT_DUPLICATES, &where);
	if (!document->root)
		return pool_format(&document->pool, "line %d, column %d: %s", where.line,
				   where.column, where.text);
	fault = find_twin(document->root, "");
	if (!fault)
		return NULL;
	fault = pool_format(&document->pool, "key '%s' is another one for readers that ignore "
			    "case", fault);
	json_decref(document->root);
	document->root = NULL;
	return fault;
}

void document_free(struct document *document)
{
	json_decref(document->root);
	pool_free(&document->pool);
	*document = (struct document){ .root = NULL };
}

struct content document_write(json_t *root, size_t flags)
{
	char *text = json_dumps(root, flags);
	json_t *again = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	struct content content;

	/* jansson does not notice every failure of its own (json_dumps, of a key). */
	if (!text || !json_equal(root, again))
		abort();
	json_decref(again);
	content = content_of(text, strlen(text));
	free(text);
	json_decref(root);
	return content;
}

/* ---- values ---- */

static const char *text_of(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "";
}

static const char *member(const json_t *object, const char *key)
{
	return text_of(json_object_get(object, key));
}

static const json_t *object_of(const json_t *value)
{
	return json_is_object(value) ? value : NULL;
}

/* The strings of an array, in the pool. */
static const char **texts_of(struct pool *pool, const json_t *array, size_t *count)
{
	const char **texts;

	*count = json_array_size(array);
	texts = pool_new(pool, *count, sizeof *texts);
	for (size_t i = 0; i < *count; i++)
		texts[i] = text_of(json_array_get(array, i));
	return texts;
}

static struct descriptor *descriptors_of(struct pool *pool, const json_t *array, size_t *count)
{
	struct descriptor *descriptors;

	*count = json_array_size(array);
	descriptors = pool_new(pool, *count, sizeof *descriptors);
	for (size_t i = 0; i < *count; i++)
		descriptors[i] = descriptor_read(json_array_get(array, i));
	return descriptors;
}

/* ---- documents ---- */

void document_index(struct document *document, struct image_index *index)
{
	const json_t *root = document->root;

	*index = (struct image_index){
		.media_type = member(root, "mediaType"),
		.annotations = object_of(json_object_get(root, "annotations")),
	};
	index->manifests = descriptors_of(&document->pool, json_object_get(root, "manifests"),
					  &index->count);
}

void document_manifest(struct document *document, struct image_manifest *manifest)
{
	const json_t *root = document->root;

	*manifest = (struct image_manifest){
		.media_type = member(root, "mediaType"),
		.config = descriptor_read(json_object_get(root, "config")),
		.subject = object_of(json_object_get(root, "subject")),
		.annotations = object_of(json_object_get(root, "annotations")),
	};
	manifest->layers = descriptors_of(&document->pool, json_object_get(root, "layers"),
					  &manifest->count);
}

void document_config(struct document *document, struct image_config *config)
{
	const json_t *root = document->root, *history = json_object_get(root, "history");
	const json_t *diff_ids = json_object_get(json_object_get(root, "rootfs"), "diff_ids");
	const json_t *execution = object_of(json_object_get(root, "config"));
	const json_t *words = json_object_get(execution, "Entrypoint");

	if (json_array_size(words) == 0)
		words = json_object_get(execution, "Cmd");
	*config = (struct image_config){
		.os = member(root, "os"),
		.architecture = member(root, "architecture"),
		.variant = member(root, "variant"),
		.count = json_array_size(diff_ids),
		.has_history = json_is_array(history),
		.program = json_array_size(words) > 0 ? text_of(json_array_get(words, 0)) : NULL,
		.execution = execution,
	};
	config->diff_ids = pool_new(&document->pool, config->count, sizeof *config->diff_ids);
	for (size_t i = 0; i < config->count; i++)
		config->diff_ids[i].fault = digest_parse(&config->diff_ids[i].digest,
							 text_of(json_array_get(diff_ids, i)));
	for (size_t i = 0; i < json_array_size(history); i++)
		if (!json_is_true(json_object_get(json_array_get(history, i), "empty_layer")))
			config->history++;
}

void document_docker(struct document *document, struct docker_manifest *manifest)
{
	struct pool *pool = &document->pool;

	manifest->count = json_array_size(document->root);
	manifest->images = pool_new(pool, manifest->count, sizeof *manifest->images);
	for (size_t i = 0; i < manifest->count; i++) {
		const json_t *json = json_array_get(document->root, i);
		struct docker_image *image = &manifest->images[i];

		image->config = member(json, "Config");
		image->layers = texts_of(pool, json_object_get(json, "Layers"),
					 &image->layer_count);
		image->tags = texts_of(pool, json_object_get(json, "RepoTags"), &image->tag_count);
	}
}
