/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_AUDIT_H
#define BUNDLER_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"

/*
 * What was found when two things were compared, one of which is what the other ought to be, and the
 * verdict that follows. It prints nothing; audit/tree.h, audit/image.h and audit/places.h fill it.
 */

/* What is said of two things, from the worst to the best. */
enum audit_verdict {
	AUDIT_DIFFERENT,	/* what runs is not the same, or cannot be read */
	AUDIT_EQUIVALENT,	/* what runs is the same: only its packaging differs */
	AUDIT_IDENTICAL		/* the digests agree */
};

/* What a finding is about; the names are those of --ignore. */
enum audit_field {
	/* of a path in a tree */
	AUDIT_PATH, AUDIT_TYPE, AUDIT_MODE, AUDIT_OWNER, AUDIT_TIME, AUDIT_SIZE, AUDIT_CONTENT,
	AUDIT_LINK, AUDIT_ATTRIBUTE,
	AUDIT_RUNTIME,		/* what an engine adds to the tree of a container */
	/* of an image */
	AUDIT_PLATFORM, AUDIT_CONFIG, AUDIT_HISTORY, AUDIT_ANNOTATION, AUDIT_LAYER, AUDIT_MANIFEST,
	/* of the place that it is at */
	AUDIT_INDEX, AUDIT_FILE, AUDIT_ATTESTATION,
	AUDIT_FIELDS
};

/* Why something differs, and with it the best verdict that this leaves. */
enum audit_class {
	/* different */
	AUDIT_CLASS_FILES, AUDIT_CLASS_RUN, AUDIT_CLASS_PLATFORM, AUDIT_CLASS_DAMAGE,
	AUDIT_CLASS_ATTESTATION,
	/* equivalent: packaging */
	AUDIT_CLASS_TIME, AUDIT_CLASS_ENGINE, AUDIT_CLASS_DEFAULT, AUDIT_CLASS_LABEL,
	AUDIT_CLASS_BUILD, AUDIT_CLASS_ANNOTATION, AUDIT_CLASS_LAYERS, AUDIT_CLASS_COMPRESSION,
	AUDIT_CLASS_DOCUMENT, AUDIT_CLASS_DIGEST,
	/* identical: what is beside the images at their place */
	AUDIT_CLASS_NAME, AUDIT_CLASS_REFERRER, AUDIT_CLASS_PLACE,
	AUDIT_CLASSES
};

/* Findings that are left out: those of a field, or only those about a subject. */
struct audit_ignored {
	enum audit_field field;
	const char *subject;	/* NULL for all; else this path or pointer, and all below it */
};

struct audit_finding {
	enum audit_field field;
	enum audit_class class;
	const char *platform;	/* of the image, where there are several; or NULL */
	const char *subject;	/* path, key or name; untrusted bytes, as in the others */
	const char *expected, *found;	/* NULL: nothing */
	const char *remark;	/* or NULL */
	bool has_offset;
	uint64_t offset;	/* of the first byte that differs, from 0 */
};

struct audit {
	struct audit_finding *items;
	size_t count, capacity;
	size_t left_out[AUDIT_IDENTICAL + 1];	/* beyond LIMIT_DIFFERENCES, by their verdict */
	const struct audit_ignored *ignored;
	size_t ignored_count;
	const char *platform;	/* of what is compared now, or NULL */
	struct pool pool;
};

/* Begins without findings, and will leave out those that are ignored; the list is the caller's. */
void audit_init(struct audit *audit, const struct audit_ignored *ignored, size_t count);
void audit_free(struct audit *audit);

/*
 * Adds a finding, unless it is ignored, and returns it until the next is added, or NULL. Its remark
 * is that of the class. Values that are longer than a path can be are cut.
 */
struct audit_finding *audit_add(struct audit *audit, enum audit_field field, enum audit_class class,
				const char *subject, const char *expected, const char *found);

/* Sorts: by platform, trees by path before images, and leaves each finding once. */
void audit_sort(struct audit *audit);

/* The best verdict that the finding leaves: those that leave more than different are notes. */
enum audit_verdict audit_finding_verdict(const struct audit_finding *finding);

/* The verdict: the worst that a finding leaves. */
enum audit_verdict audit_verdict(const struct audit *audit);

/* How many findings are notes, or are differences, with those that were left out. */
size_t audit_count(const struct audit *audit, bool notes);

/* Names, as they are printed. */
const char *audit_verdict_name(enum audit_verdict verdict);
const char *audit_class_name(enum audit_class class);
const char *audit_field_name(enum audit_field field);

/* The field of a name, AUDIT_FIELDS when there is none. */
enum audit_field audit_field_find(const char *name, size_t length);

#endif
