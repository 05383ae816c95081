/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_WALK_H
#define BUNDLER_IMAGE_WALK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "image/document.h"
#include "image/files.h"
#include "image/image.h"
#include "image/location.h"

/*
 * The walk through an image place, from its tables of contents along indexes and manifests to
 * configurations and layers. It looks files up; it reads, hashes and parses documents; and it
 * reports to its visitor each file that differs from what a document says of it.
 *
 * Functions that return 1, 0 or -1 return 1 for what can be used, 0 for what cannot, which was
 * reported, and -1 when the walk has to end.
 */

/* What is wrong with a file, or with the reference to it. */
enum walk_fault {
	WALK_DESCRIPTOR,	/* the descriptor has no digest or no size: reason */
	WALK_MISSING,		/* there is no such file */
	WALK_NO_FILE,		/* it is not a file, or for a reason that is not NULL */
	WALK_MISMATCH,		/* its digest or its size are not those of its descriptor */
	WALK_LARGE,		/* a document of more than LIMIT_INDEX_BYTES */
	WALK_NOT_JSON,		/* reason */
	WALK_DEEP,		/* an index in more than LIMIT_INDEX_DEPTH others */
	WALK_EXHAUSTED		/* a budget is used up: reason */
};

/* An entry of an index. */
struct walk_entry {
	const struct descriptor *descriptor;
	const json_t *json;	/* the same */
	const char *user;	/* name of the index's file */
	size_t number;		/* in the index */
	unsigned depth;		/* 0 in index.json */
};

struct walk;

struct walk_visitor {
	/* Is called for each fault; -1, with walk->err set, ends the walk. */
	int (*fault)(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		     const char *reason);
	/* Is called for each entry of an index: follows it by the functions below, or does not. */
	int (*entry)(struct walk *walk, const struct walk_entry *entry);
	/* Is called for each document that was read, before what it refers to; or NULL. */
	void (*document)(struct walk *walk, const struct image_document *document);
};

/* What is known of an entry of the place. */
struct walk_state {
	bool used;		/* something refers to it */
	bool hashed;		/* the file that it leads to: */
	struct digest digest;
};

struct walk {
	struct files *files;
	const char *place;		/* for messages; belongs to the caller */
	const struct walk_visitor *visitor;
	void *context;			/* the visitor's */
	struct walk_state *states;	/* by entry */
	uint64_t documents;		/* bytes of documents that may still be read */
	uint64_t values;		/* and their values, for who keeps them all */
	uint64_t stored;		/* bytes of other files that may still be hashed */
	bool lost;	/* something cannot be followed: more may be in use than is known */
	struct error *err;
};

/*
 * Opens a place, as files_open; walk_close in any case. Nothing is read yet, and budgets are 0, but
 * values, which is unlimited.
 */
int walk_open(struct walk *walk, const struct location *place, const struct walk_visitor *visitor,
	      void *context, struct error *err);
void walk_close(struct walk *walk);

/* Bytes of all files of the place together, or the greatest number there is. */
uint64_t walk_stored_bytes(const struct walk *walk);

/* What is known of an entry, and notes that something refers to it. */
struct walk_state *walk_state(const struct walk *walk, const struct files_entry *entry);
void walk_use(struct walk *walk, const struct files_entry *entry);

/* Sets file->entry and, when there is one, file->name; it is in use now. 1, 0 or -1. */
int walk_find(struct walk *walk, struct image_file *file);

/* Takes the bytes of a file off what may be hashed. 0 or -1. */
int walk_spend(struct walk *walk, const struct image_file *file);

/* Hashes a file that was found, once, and compares it with its descriptor. 0 or -1. */
int walk_hash(struct walk *walk, const struct image_file *file);

/* Notes the digest of a file that was read otherwise, and compares it with its descriptor. */
int walk_note(struct walk *walk, const struct image_file *file, const struct digest *digest);

/*
 * Finds and reads the document that document->file describes, and fills the rest. 1, 0 or -1;
 * image_document_free in any case.
 */
int walk_read(struct walk *walk, struct image_document *document);

/* The same with a table of contents, by its role. */
int walk_table(struct walk *walk, enum image_role role, struct image_document *document);

/* Calls the visitor for each entry of an index; depth is 0 for index.json. 0 or -1. */
int walk_entries(struct walk *walk, struct image_document *index, unsigned depth);

/* Reads an index that an entry leads to, and calls the visitor for its entries. As walk_read. */
int walk_index(struct walk *walk, const struct walk_entry *entry, struct image_document *index);

/*
 * Reads the manifest that an entry leads to and finds the layers; or finds the layers of an image
 * of docker's table. Fills image but for what walk_config does. 1, 0 or -1; image_free in any case.
 */
int walk_image(struct walk *walk, const struct walk_entry *entry, struct image *image);
int walk_docker(struct walk *walk, const struct docker_image *docker, const json_t *json,
		struct image *image);

/* Reads the configuration of such an image. 1, 0 or -1. */
int walk_config(struct walk *walk, struct image *image);

#endif
