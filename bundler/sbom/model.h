/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_SBOM_MODEL_H
#define BUNDLER_SBOM_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/pool.h"
#include "sbom/source.h"
#include "tree/tree.h"

/* What an SBOM says, before it has a format. Strings are in the model's pool or outlive it. */

enum sbom_role {
	SBOM_IMAGE,		/* what the document describes */
	SBOM_PROGRAM,		/* of a release, or a Go program from elsewhere */
	SBOM_DATA,		/* the CA bundle, the time zones */
	SBOM_MODULE		/* of Go, and its standard library */
};

/* Something else that is known, or said to be unknown. */
struct sbom_fact {
	const char *name;	/* "go:sum" */
	const char *value;
};

/* What is known of what a package depends on. */
enum sbom_needs {
	SBOM_NEEDS_UNKNOWN,	/* nothing, or not whether there is more */
	SBOM_NEEDS_SOME,	/* what is listed, perhaps not all */
	SBOM_NEEDS_ALL
};

struct sbom_package {
	enum sbom_role role;
	const char *id;		/* unique in the document; letters, digits, "." and "-" */
	const char *name;
	const char *version;	/* each NULL where it is unknown, from here on */
	const char *purl, *cpe;
	const char *supplier, *licence;
	const char *summary;
	const char *url, *file;	/* the archive, or the file beside the recipe: URL and name */
	const struct digest *sha256;	/* of that, or of the image's manifest */
	const struct digest_sha512 *sha512;
	const char *sum;	/* of a module: not the hash of a file */
	struct sbom_fact *facts;
	size_t fact_count;
	const char **paths;	/* of its programs in the tree */
	size_t path_count;
	const char *main;	/* path of its main Go module */
	enum sbom_needs needs_known;
	const struct sbom_package **needs;	/* on which it depends, in their order */
	size_t needs_count;
};

struct sbom_list {
	struct sbom_package **items;
	size_t count, capacity;
};

struct sbom_file {
	const struct tree_node *node;
	const char *id;
	bool program;
	struct digest_sha1 sha1;
	struct digest_sha512 sha512;
};

struct sbom {
	const struct sbom_source *source;
	struct sbom_package image;
	struct sbom_list packages;	/* programs and data; both lists by name and version */
	struct sbom_list modules;
	struct sbom_file *files;	/* in the order of the tree */
	size_t file_count;
	const char *author;		/* of the document, beside bundler, or NULL */
	const char *title;		/* of the document, for names: "nats-2.0-linux-amd64" */
	struct pool pool;
};

/* Adds a fact to a package of the model. */
void sbom_model_fact(struct sbom *sbom, struct sbom_package *package, const char *name,
		     const char *value);

/* Adds a copy of a package to the programs and data. STATUS_LIMIT. */
struct sbom_package *sbom_model_add(struct sbom *sbom, const struct sbom_package *package,
				    struct error *err);

/*
 * Reads what the program at a node says of itself, and adds it to the package that it is of; to one
 * of its own if that is NULL, which only a Go program gets. STATUS_FILE, STATUS_LIMIT.
 */
int sbom_model_program(struct sbom *sbom, struct sbom_package *owner, const struct tree_node *node,
		       struct error *err);

/* Sorts what was added, and gives it its ids. */
void sbom_model_end(struct sbom *sbom);

/* The time of the document (RFC 3339). */
#define SBOM_TIME_BYTES 24
char *sbom_model_time(const struct sbom *sbom, char text[SBOM_TIME_BYTES]);

/* A JSON string; what is not UTF-8 has its bytes beyond ASCII written as \\xHH. */
json_t *sbom_model_text(const char *text);

#endif
