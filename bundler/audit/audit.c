/* SPDX-License-Identifier: Apache-2.0 */
/* Collects, sorts and counts the differences of two things. */
#include "audit/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

static const char *const fields[AUDIT_FIELDS] = {
	[AUDIT_PATH] = "path", [AUDIT_TYPE] = "type", [AUDIT_MODE] = "mode",
	[AUDIT_OWNER] = "owner", [AUDIT_TIME] = "time", [AUDIT_SIZE] = "size",
	[AUDIT_CONTENT] = "content", [AUDIT_LINK] = "link", [AUDIT_ATTRIBUTE] = "attribute",
	[AUDIT_RUNTIME] = "runtime", [AUDIT_PLATFORM] = "platform", [AUDIT_CONFIG] = "config",
	[AUDIT_HISTORY] = "history", [AUDIT_ANNOTATION] = "annotation", [AUDIT_LAYER] = "layer",
	[AUDIT_MANIFEST] = "manifest", [AUDIT_INDEX] = "index", [AUDIT_FILE] = "file",
	[AUDIT_ATTESTATION] = "attestation",
};

static const struct {
	const char *name;
	enum audit_verdict verdict;
	const char *remark;	/* or NULL, where the field says enough */
} classes[AUDIT_CLASSES] = {
	[AUDIT_CLASS_FILES] = { "files", AUDIT_DIFFERENT, NULL },
	[AUDIT_CLASS_RUN] = { "run", AUDIT_DIFFERENT, NULL },
	[AUDIT_CLASS_PLATFORM] = { "platform", AUDIT_DIFFERENT, NULL },
	[AUDIT_CLASS_DAMAGE] = { "damage", AUDIT_DIFFERENT, NULL },
	[AUDIT_CLASS_ATTESTATION] = { "attestation", AUDIT_DIFFERENT, NULL },
	[AUDIT_CLASS_TIME] = { "time", AUDIT_EQUIVALENT, NULL },
	[AUDIT_CLASS_ENGINE] = { "engine", AUDIT_EQUIVALENT, "added by the engine" },
	[AUDIT_CLASS_DEFAULT] = { "default", AUDIT_EQUIVALENT, "the default" },
	[AUDIT_CLASS_LABEL] = { "label", AUDIT_EQUIVALENT, "the builder's label" },
	[AUDIT_CLASS_BUILD] = { "build", AUDIT_EQUIVALENT, NULL },
	[AUDIT_CLASS_ANNOTATION] = { "annotation", AUDIT_EQUIVALENT, NULL },
	[AUDIT_CLASS_LAYERS] = { "layers", AUDIT_EQUIVALENT, "other layers" },
	[AUDIT_CLASS_COMPRESSION] = { "compression", AUDIT_EQUIVALENT, "the same uncompressed" },
	[AUDIT_CLASS_DOCUMENT] = { "document", AUDIT_EQUIVALENT, "written differently" },
	[AUDIT_CLASS_DIGEST] = { "digest", AUDIT_EQUIVALENT, NULL },
	[AUDIT_CLASS_NAME] = { "name", AUDIT_IDENTICAL, NULL },
	[AUDIT_CLASS_REFERRER] = { "referrer", AUDIT_IDENTICAL, "not an image" },
	[AUDIT_CLASS_PLACE] = { "place", AUDIT_IDENTICAL, NULL },
};

const char *audit_verdict_name(enum audit_verdict verdict)
{
	static const char *const names[] = {
		[AUDIT_DIFFERENT] = "different", [AUDIT_EQUIVALENT] = "equivalent",
		[AUDIT_IDENTICAL] = "identical",
	};

	return names[verdict];
}

const char *audit_class_name(enum audit_class class)
{
	return classes[class].name;
}

const char *audit_field_name(enum audit_field field)
{
	return fields[field];
}

enum audit_field audit_field_find(const char *name, size_t length)
{
	enum audit_field field = AUDIT_PATH;

	while (field < AUDIT_FIELDS
	       && (strlen(fields[field]) != length || memcmp(fields[field], name, length) != 0))
		field++;
	return field;
}

void audit_init(struct audit *audit, const struct audit_ignored *ignored, size_t count)
{
	*audit = (struct audit){ .ignored = ignored, .ignored_count = count };
}

void audit_free(struct audit *audit)
{
	free(audit->items);
	pool_free(&audit->pool);
}

/* Whether a path or a pointer is another, or is below it. */
static bool is_within(const char *subject, const char *top)
{
	size_t length = strlen(top);

	while (length > 0 && top[length - 1] == '/')
		length--;
	return strncmp(subject, top, length) == 0
	       && (subject[length] == '\0' || subject[length] == '/');
}

/* "path:/etc/motd" is about all of that path. */
static bool is_ignored(const struct audit *audit, enum audit_field field, const char *subject)
{
	for (size_t i = 0; i < audit->ignored_count; i++) {
		const struct audit_ignored *ignored = &audit->ignored[i];

		if (!ignored->subject) {
			if (ignored->field == field)
				return true;
		} else if ((ignored->field == field
			    || (ignored->field == AUDIT_PATH && field <= AUDIT_RUNTIME))
			   && is_within(subject, ignored->subject)) {
			return true;
		}
	}
	return false;
}

static const char *copy(struct audit *audit, const char *text)
{
	return text ? pool_copy(&audit->pool, text, strnlen(text, LIMIT_NAME_BYTES)) : NULL;
}

struct audit_finding *audit_add(struct audit *audit, enum audit_field field, enum audit_class class,
				const char *subject, const char *expected, const char *found)
{
	struct audit_finding *finding;

	if (class != AUDIT_CLASS_DAMAGE && is_ignored(audit, field, subject))
		return NULL;
	if (audit->count == LIMIT_DIFFERENCES) {
		audit->left_out[classes[class].verdict]++;
		return NULL;
	}
	if (audit->count == audit->capacity) {
		audit->capacity = audit->capacity ? 2 * audit->capacity : 16;
		audit->items = memory_resize(audit->items, audit->capacity, sizeof *audit->items);
	}
	finding = &audit->items[audit->count++];
	*finding = (struct audit_finding){
		.field = field, .class = class, .platform = audit->platform,
		.subject = copy(audit, subject), .expected = copy(audit, expected),
		.found = copy(audit, found), .remark = classes[class].remark,
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
	bool tree = a->field <= AUDIT_RUNTIME;
	int order;

	if (tree != (b->field <= AUDIT_RUNTIME))
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

enum audit_verdict audit_finding_verdict(const struct audit_finding *finding)
{
	return classes[finding->class].verdict;
}

enum audit_verdict audit_verdict(const struct audit *audit)
{
	enum audit_verdict worst = AUDIT_DIFFERENT;

	while (worst < AUDIT_IDENTICAL && audit->left_out[worst] == 0)
		worst++;
	for (size_t i = 0; i < audit->count; i++)
		if (audit_finding_verdict(&audit->items[i]) < worst)
			worst = audit_finding_verdict(&audit->items[i]);
	return worst;
}

size_t audit_count(const struct audit *audit, bool notes)
{
	size_t count = notes ? audit->left_out[AUDIT_EQUIVALENT] + audit->left_out[AUDIT_IDENTICAL]
			     : audit->left_out[AUDIT_DIFFERENT];

	for (size_t i = 0; i < audit->count; i++)
		count += (audit_finding_verdict(&audit->items[i]) > AUDIT_DIFFERENT) == notes;
	return count;
}
