/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_DOCUMENT_H
#define BUNDLER_IMAGE_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/content.h"
#include "base/digest.h"
#include "base/pool.h"
#include "image/descriptor.h"

/*
 * The JSON documents of an image (image-spec 1.1), from outside. document_parse is strict. The
 * readers take well-formed members, and leave out or mark others; the caller decides which members
 * are required.
 */

struct document {
	json_t *root;		/* NULL when the text was refused */
	size_t values;		/* in it, each of which takes up to 300 bytes of memory */
	struct pool pool;	/* of what the readers make */
};

/*
 * Parses one JSON text (RFC 8259): UTF-8, nothing behind it, at most LIMIT_DOCUMENT_DEPTH deep and
 * of LIMIT_DOCUMENT_VALUES values, integers that fit into 64 bits, no member twice in an object.
 * Members whose names differ in case only are one member to engines (Go's encoding/json), so they
 * are refused, too, but for labels, annotations, ports and volumes.
 * Returns NULL, or why it is refused; document_free in both cases, also for that text.
 */
const char *document_parse(struct document *document, const struct buffer *text);
void document_free(struct document *document);

/*
 * The bytes of a document that bundler made, its keys in the order in which they were set; flags
 * are those of json_dumps. Frees the document; caller frees the bytes with content_free.
 */
struct content document_write(json_t *root, size_t flags);

/* image-index.md */
struct image_index {
	const char *media_type;		/* "" without one */
	struct descriptor *manifests;
	size_t count;
	const json_t *annotations;	/* an object, or NULL */
};

void document_index(struct document *document, struct image_index *index);

/* manifest.md */
struct image_manifest {
	const char *media_type;
	struct descriptor config;
	struct descriptor *layers;
	size_t count;
	const json_t *subject;		/* a descriptor's, or NULL */
	const json_t *annotations;
};

void document_manifest(struct document *document, struct image_manifest *manifest);

struct diff_id {
	const char *fault;		/* or NULL */
	struct digest digest;
};

/* config.md */
struct image_config {
	const char *os, *architecture, *variant;	/* "" for what is not there */
	struct diff_id *diff_ids;
	size_t count;
	size_t history;			/* entries of the history that are not of an empty layer */
	bool has_history;
	const char *program;	/* first word of the entry point, else of the command, or NULL */
	const json_t *execution;	/* the member "config", or NULL */
};

void document_config(struct document *document, struct image_config *config);

/* One image of docker's manifest.json (Docker Image Specification 1.2). */
struct docker_image {
	const char *config;		/* names in the archive; "" for what is not there */
	const char **layers, **tags;	/* what is no string is "" */
	size_t layer_count, tag_count;
};

struct docker_manifest {
	struct docker_image *images;
	size_t count;
};

void document_docker(struct document *document, struct docker_manifest *manifest);

#endif
