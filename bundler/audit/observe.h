/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_OBSERVE_H
#define BUNDLER_AUDIT_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "tree/tree.h"
#include "unpack/pax.h"

/*
 * How a tree is filled with what is there, whatever that is: what the sources, observe_directory.h
 * and observe_tar.h, share. Contents are hashed as they pass and not kept, so that memory grows
 * with the number of paths only. Where they begin to differ is found by reading a second time.
 */

#define OBSERVE_FAULT_BYTES 512
#define OBSERVE_UNWANTED UINT64_MAX
#define OBSERVE_WANTED (UINT64_MAX - 1)

/* Contents of one reading, kept in an unnamed file for the reading of another place. */
struct observe_spool {
	int fd;
	uint64_t length;
	uint64_t *starts;	/* of each node of the reference: where in fd, or one above */
};

/* What a second reading compares with: the contents of the files at the same paths. */
struct observe_reference {
	const struct tree *tree;
	struct observe_spool *spool;	/* has their bytes; NULL when the nodes have them */
	bool keep;		/* this reading fills spool, where wanted, and compares nothing */
};

/* What trees take in memory, apart from what each node takes. */
struct observe_sizes {
	size_t nodes;
	uint64_t texts;		/* bytes of all paths, targets and attributes */
	uint64_t unstated;	/* bytes of the paths that archives only say what is in */
};

/* Adds those of a tree. */
void observe_count(struct observe_sizes *sizes, const struct tree *tree);

/* A tree while it is filled. */
struct observe {
	struct tree *tree;
	const char *place;		/* as the user named it, for messages */
	const struct observe_reference *reference;	/* NULL in a first reading */
	const struct tree *lower;	/* of the layers below, by observe_upon; or NULL */
	uint32_t groups;		/* the last number of a group of hard links */
	struct observe_sizes sizes;	/* of the tree and of those that are kept beside it */
	struct digest_state digest;	/* of the file that is being read */
	size_t file;			/* its node */
	size_t counterpart;		/* the reference's node at its path, or SIZE_MAX */
	char fault[OBSERVE_FAULT_BYTES];	/* why the place was refused */
};

/* Begins with a tree made by tree_init, of whose root nothing is known. */
void observe_begin(struct observe *observe, struct tree *tree, const char *place,
		   const struct observe_reference *reference);

/* The tree is that of a layer upon others: hard links may lead there, and limits hold for both. */
void observe_upon(struct observe *observe, const struct tree *lower);

/*
 * A new node, good until the next; its content, if it is a file, follows by observe_bytes and
 * observe_file_end. NULL with STATUS_LIMIT when there are too many.
 */
struct tree_node *observe_add(struct observe *observe, const char *path, enum tree_type type,
			      struct error *err);

/* Counts the target and the attributes that a node was given. STATUS_LIMIT when it is too much. */
int observe_texts(struct observe *observe, const struct tree_node *node, struct error *err);

/* STATUS_FILE when bytes cannot be kept or compared, STATUS_INTERRUPTED. */
int observe_bytes(struct observe *observe, const void *bytes, size_t length, struct error *err);
void observe_file_end(struct observe *observe);

/*
 * Sorts the tree, adds the directories that nothing was said of, and resolves hard links: files
 * whose target, a path, is set. STATUS_ARCHIVE when one does not lead to an earlier file, and when
 * something is below what is not a directory all the time; STATUS_LIMIT.
 */
int observe_end(struct observe *observe, struct error *err);

/*
 * The path in a tree of a name in an archive; the caller frees it. NULL for a name with "..".
 */
char *observe_path(const char *name);

/*
 * Attributes as a text that is the same for the same ones, for the caller to free; NULL for none.
 */
char *observe_attributes(const struct pax_attribute *attributes, size_t count);

/* "cannot read '<place>': <reason>", which is noted in fault. Returns -1. */
int observe_refuse(struct observe *observe, enum status status, const char *reason,
		   struct error *err);

#endif
