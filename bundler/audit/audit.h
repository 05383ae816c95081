/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_AUDIT_H
#define BUNDLER_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"

/*
 * What was found when two things were compared, one of which is what the other ought to be. It
 * prints nothing; audit/tree.h and audit/image.h fill it.
 */

/* What a finding is about; the names are those of --ignore. */
enum audit_field {
	/* of a path in a tree */
	AUDIT_PATH, AUDIT_TYPE, AUDIT_MODE, AUDIT_OWNER, AUDIT_TIME, AUDIT_SIZE, AUDIT_CONTENT,
	AUDIT_LINK, AUDIT_ATTRIBUTE,
	/* of an image */
	AUDIT_PLATFORM, AUDIT_CONFIG, AUDIT_HISTORY, AUDIT_ANNOTATION, AUDIT_LAYER, AUDIT_MANIFEST,
	/* of the place that it is at */
	AUDIT_INDEX, AUDIT_FILE,
	AUDIT_RUNTIME,		/* never of a finding: what docker export adds to a tree */
	AUDIT_FIELDS
};

struct audit_finding {
	enum audit_field field;
	bool note;		/* said, but no difference of the images or trees themselves */
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
	size_t left_out;	/* beyond LIMIT_DIFFERENCES */
	uint32_t ignored;	/* a bit for each field */
	const char *platform;	/* of what is compared now, or NULL */
	struct pool pool;
};

/* Begins without findings, and will leave out those of the ignored fields. */
void audit_init(struct audit *audit, uint32_t ignored);
void audit_free(struct audit *audit);

/*
 * Adds a finding, unless its field is ignored, and returns it until the next is added, or NULL.
 * Values that are longer than a path can be are cut.
 */
struct audit_finding *audit_add(struct audit *audit, enum audit_field field, const char *subject,
				const char *expected, const char *found);

bool audit_ignores(const struct audit *audit, enum audit_field field);

/* Sorts: by platform, trees by path before images, and leaves each finding once. */
void audit_sort(struct audit *audit);

/* How many findings are notes, or are not. */
size_t audit_count(const struct audit *audit, bool notes);

/* Name of a field; and the field of a name, AUDIT_FIELDS when there is none. */
const char *audit_field_name(enum audit_field field);
enum audit_field audit_field_find(const char *name, size_t length);

#endif
