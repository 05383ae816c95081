/* SPDX-License-Identifier: Apache-2.0 */
#include "lint/tags.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "recipe/version.h"

#define TAG_BYTES 128

/* How much of the version a tag begins with; fewer numbers come later in a list. */
enum depth { FULL, MINOR, MAJOR, BARE };

/* A tag with what it belongs to. */
struct tag {
	const char *text;
	size_t line;
	const struct lint_entry *entry;
	bool shared;
};

const char *lint_tags_fault(const char *tag)
{
	const size_t length = strlen(tag);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)tag[i]) && tag[i] != '_'
		    && (i == 0 || (tag[i] != '.' && tag[i] != '-')))
			return "it does not consist of letters, digits, '_', '.' and '-'";
	if (length == 0 || length > TAG_BYTES)
		return "it has not 1 to 128 characters";
	if (length > 7 && strcmp(tag + length - 7, "-latest") == 0)
		return "it ends with '-latest'";
	return NULL;
}

/* ---- names ---- */

static bool begins(const char *tag, const char *prefix, size_t length)
{
	return length > 0 && strncmp(tag, prefix, length) == 0
	       && (tag[length] == '\0' || tag[length] == '-');
}

/* Splits a tag into version and the rest, which is "" or a name. */
static enum depth split(const char *tag, const char *version, const char **rest)
{
	size_t lengths[BARE] = {
		strlen(version), version_prefix(version, 2), version_prefix(version, 1),
	};

	for (enum depth depth = FULL; depth < BARE; depth++)
		if (begins(tag, version, lengths[depth])) {
			*rest = tag + lengths[depth] + (tag[lengths[depth]] == '-');
			return depth;
		}
	*rest = tag;
	return BARE;
}

static void check_rest(const struct lint *lint, const char *path, const struct lint_entry *entry,
		       const struct library_item *tag, const char *rest, enum depth depth)
{
	const struct lint_variant *variant = entry->variant;

	if (depth == BARE && isdigit((unsigned char)*rest))
		lint_add(lint, LINT_VERSION, path, tag->line, "'%s' is not of version %s",
			 tag->text, entry->version->number);
	else if (strcmp(rest, variant->name) != 0 && strcmp(rest, variant->kind->alias) != 0
		 && *rest && !(depth == BARE && strcmp(rest, "latest") == 0))
		lint_add(lint, LINT_NAMING, path, tag->line,
			 "'%s' is not made of '%s', as its directory is", tag->text,
			 variant->name);
}

/* Each name, or none, is there with ever fewer numbers of the version. */
static void check_list(const struct lint *lint, const char *path, const struct lint_entry *entry,
		       const struct lint_items *list)
{
	const char *name = NULL;
	enum depth before = FULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct library_item *tag = &list->items[i];
		const char *rest;
		const enum depth depth = split(tag->text, entry->version->number, &rest);

		check_rest(lint, path, entry, tag, rest, depth);
		if (strcmp(tag->text, "latest") == 0)
			rest = "";
		if (name && strcmp(name, rest) == 0 && depth < before)
			lint_add(lint, LINT_NAMING, path, tag->line,
				 "'%s' stands behind '%s', which has less of the version",
				 tag->text, list->items[i - 1].text);
		name = rest;
		before = depth;
	}
}

static void check_names(const struct lint *lint, const char *path, const struct lint_entry *entry)
{
	char *first;

	if (!entry->variant || !entry->variant->kind || !entry->version->number)
		return;
	check_list(lint, path, entry, &entry->tags);
	check_list(lint, path, entry, &entry->shared);
	first = memory_format("%s-%s", entry->version->number, entry->variant->name);
	if (entry->tags.count > 0 && strcmp(entry->tags.items[0].text, first) != 0)
		lint_add(lint, LINT_NAMING, path, entry->tags.items[0].line,
			 "the first tag is '%s', and not '%s'", entry->tags.items[0].text, first);
	free(first);
}

static void check_forms(const struct lint *lint, const char *path, const struct lint_items *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *fault = lint_tags_fault(list->items[i].text);

		if (fault)
			lint_add(lint, LINT_TAG, path, list->items[i].line, "'%s' is no tag: %s",
				 list->items[i].text, fault);
	}
}

/* ---- the same tag ---- */

static int compare(const void *a, const void *b)
{
	const struct tag *one = a, *other = b;
	int order = strcmp(one->text, other->text);

	if (order == 0)
		order = (one->line > other->line) - (one->line < other->line);
	return order != 0 ? order : (one->shared > other->shared) - (one->shared < other->shared);
}

/* The version of Windows that an entry is for, "" for another system. */
static const char *windows_of(const struct lint_entry *entry)
{
	return entry->variant && entry->variant->kind && entry->variant->kind->constrained
	       ? entry->variant->base : "";
}

/* Docker chooses among entries that share a tag by platform and version of Windows. */
static bool clash(const struct tag *one, const struct tag *other)
{
	return (one->entry->platforms & other->entry->platforms) != 0
	       && strcmp(windows_of(one->entry), windows_of(other->entry)) == 0;
}

static void check_pair(const struct lint *lint, const char *path, const struct tag *one,
		       const struct tag *other)
{
	if (!one->shared || !other->shared || one->entry == other->entry)
		lint_add(lint, LINT_UNIQUE, path, other->line, "'%s' stands in line %zu, too",
			 other->text, one->line);
	else if (clash(one, other))
		lint_add(lint, LINT_SHARED, path, other->line,
			 "'%s' is shared with line %zu, which is for the same platform",
			 other->text, one->line);
}

static void check_same(const struct lint *lint, const char *path, const struct tag *tags,
		       size_t count)
{
	size_t first = 0;

	for (size_t i = 1; i < count; i++) {
		if (strcmp(tags[first].text, tags[i].text) != 0)
			first = i;
		for (size_t k = first; k < i; k++)
			check_pair(lint, path, &tags[k], &tags[i]);
	}
}

static void collect(const struct lint_entry *entry, const struct lint_items *list, bool shared,
		    struct tag **next)
{
	for (size_t i = 0; i < list->count; i++)
		*(*next)++ = (struct tag){
			list->items[i].text, list->items[i].line, entry, shared,
		};
}

void lint_tags_check(const struct lint *lint, const char *path, const struct lint_entry *entries,
		     size_t count)
{
	size_t room = 1;
	struct tag *tags, *next;

	for (size_t i = 0; i < count; i++) {
		check_forms(lint, path, &entries[i].tags);
		check_forms(lint, path, &entries[i].shared);
		check_names(lint, path, &entries[i]);
		room += entries[i].tags.count + entries[i].shared.count;
	}
	tags = next = memory_new(room, sizeof *tags);
	for (size_t i = 0; i < count; i++) {
		collect(&entries[i], &entries[i].tags, false, &next);
		collect(&entries[i], &entries[i].shared, true, &next);
	}
	qsort(tags, (size_t)(next - tags), sizeof *tags, compare);
	check_same(lint, path, tags, (size_t)(next - tags));
	free(tags);
}
