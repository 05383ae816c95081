/* SPDX-License-Identifier: Apache-2.0 */
/* Collects, sorts and counts the differences of two things. */
#include "audit/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

static const char *const names[AUDIT_FIELDS] = {
	[AUDIT_PATH] = "path", [AUDIT_TYPE] = "type", [AUDIT_MODE] = "mode",
	[AUDIT_OWNER] = "owner", [AUDIT_TIME] = "time", [AUDIT_SIZE] = "size",
	[AUDIT_CONTENT] = "content", [AUDIT_LINK] = "link", [AUDIT_ATTRIBUTE] = "attribute",
	[AUDIT_PLATFORM] = "platform", [AUDIT_CONFIG] = "config", [AUDIT_HISTORY] = "history",
	[AUDIT_ANNOTATION] = "annotation", [AUDIT_LAYER] = "layer",
	[AUDIT_MANIFEST] = "manifest", [AUDIT_INDEX] = "index", [AUDIT_FILE] = "file",
	[AUDIT_RUNTIME] = "runtime",
};

const char *audit_field_name(enum audit_field field)
{
	return names[field];
}

enum audit_field audit_field_find(const char *name, size_t length)
{
	enum audit_field field = AUDIT_PATH;

	while (field < AUDIT_FIELDS
	       && (strlen(names[field]) != length || memcmp(names[field], name, length) != 0))
		field++;
	return field;
}

void audit_init(struct audit *audit, uint32_t ignored)
{
	*audit = (struct audit){ .ignored = ignored };
}

void audit_free(struct audit *audit)
{
	free(audit->items);
	pool_free(&audit->pool);
}

bool audit_ignores(const struct audit *audit, enum audit_field field)
{
	return audit->ignored >> field & 1;
}

static const char *copy(struct audit *audit, const char *text)
{
	return text ? pool_copy(&audit->pool, text, strnlen(text, LIMIT_NAME_BYTES)) : NULL;
}

struct audit_finding *audit_add(struct audit *audit, enum audit_field field, const char *subject,
				const char *expected, const char *found)
{
	struct audit_finding *finding;

	if (audit_ignores(audit, field))
		return NULL;
	if (audit->count == LIMIT_DIFFERENCES) {
		audit->left_out++;
		return NULL;
	}
	if (audit->count == audit->capacity) {
		audit->capacity = audit->capacity ? 2 * audit->capacity : 16;
		audit->items = memory_resize(audit->items, audit->capacity, sizeof *audit->items);
	}
	finding = &audit->items[audit->count++];
	*finding = (struct audit_finding){
		.field = field, .platform = audit->platform, .subject = copy(audit, subject),
		.expected = copy(audit, expected), .found = copy(audit, found),
	};
	return finding;
}

/* Nothing before something. */
static int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* Findings about a tree come first, by path, so that those of one path are together. */
static int compare_subjects(const struct audit_finding *a, const struct audit_finding *b)
{
	bool tree = a->field <= AUDIT_ATTRIBUTE;
	int order;

	if (tree != (b->field <= AUDIT_ATTRIBUTE))
		return tree ? -1 : 1;
	order = tree ? strcmp(a->subject, b->subject) : 0;
	if (order == 0 && a->field != b->field)
		order = a->field < b->field ? -1 : 1;
	return order != 0 ? order : strcmp(a->subject, b->subject);
}

static int compare(const void *a, const void *b)
{
	const struct audit_finding *one = a, *other = b;
	int order = compare_texts(one->platform, other->platform);

	if (order == 0)
		order = compare_subjects(one, other);
	if (order == 0)
		order = compare_texts(one->expected, other->expected);
	return order != 0 ? order : compare_texts(one->found, other->found);
}

void audit_sort(struct audit *audit)
{
	size_t kept = 0;

	if (audit->count > 0)
		qsort(audit->items, audit->count, sizeof *audit->items, compare);
	for (size_t i = 0; i < audit->count; i++)
		if (i == 0 || compare(&audit->items[i], &audit->items[kept - 1]) != 0)
			audit->items[kept++] = audit->items[i];
	audit->count = kept;
}

size_t audit_count(const struct audit *audit, bool notes)
{
	size_t count = notes ? 0 : audit->left_out;

	for (size_t i = 0; i < audit->count; i++)
		count += audit->items[i].note == notes;
	return count;
}
