/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about tags of a library file. */
#include "lint/tags.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "recipe/version.h"

#define TAG_BYTES 128

/* How many numbers of the version a tag begins with. */
enum depth { FULL, MINOR, MAJOR, BARE };

/* A tag and its entry. */
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
		return "it does not have 1 to 128 characters";
	if (length > 7 && strcmp(tag + length - 7, "-latest") == 0)
		return "it ends with '-latest'";
	return NULL;
}

/* Splits a tag into version and the rest, which is "" or a name. */
static enum depth split(const char *tag, const char *version, const char **rest)
{
	size_t lengths[BARE] = {
		strlen(version), version_prefix(version, 2), version_prefix(version, 1),
	};

	for (enum depth depth = FULL; depth < BARE; depth++) {
		const size_t length = lengths[depth];

		if (length > 0 && strncmp(tag, version, length) == 0
		    && (tag[length] == '\0' || tag[length] == '-')) {
			*rest = tag + length + (tag[length] == '-');
			return depth;
		}
	}
	*rest = tag;
	return BARE;
}

/* Tags are made of version and variant; of one name, shorter versions come later in the list. */
static void check_list(const struct lint *lint, const char *path, const struct lint_entry *entry,
		       const struct lint_items *list)
{
	const struct lint_variant *variant = entry->variant;
	const char *name = NULL;
	enum depth before = FULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct library_item *tag = &list->items[i];
		const char *rest;
		const enum depth depth = split(tag->text, entry->version->number, &rest);
		const bool latest = strcmp(tag->text, "latest") == 0;

		if (depth == BARE && isdigit((unsigned char)*rest))
			lint_add(lint, LINT_VERSION, path, tag->line, "'%s' is not of version %s",
				 tag->text, entry->version->number);
		else if (*rest && !latest && strcmp(rest, variant->name) != 0
			 && strcmp(rest, variant->kind->alias) != 0)
			lint_add(lint, LINT_NAMING, path, tag->line,
				 "'%s' does not name '%s', the variant of its directory", tag->text,
				 variant->name);
		if (latest)
			rest = "";
		if (name && strcmp(name, rest) == 0 && depth < before)
			lint_add(lint, LINT_NAMING, path, tag->line,
				 "'%s' is after the less specific '%s'",
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
			 "the first tag is '%s', not '%s'", entry->tags.items[0].text, first);
	free(first);
}

static void check_forms(const struct lint *lint, const char *path, const struct lint_items *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *fault = lint_tags_fault(list->items[i].text);

		if (fault)
			lint_add(lint, LINT_TAG, path, list->items[i].line, "'%s' is not a tag: %s",
				 list->items[i].text, fault);
	}
}

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

/*
 * Checks tags that were sorted. Entries may share one when Docker can choose between them, by
 * platform or version of Windows.
 */
static void check_same(const struct lint *lint, const char *path, const struct tag *tags,
		       size_t count)
{
	size_t first = 0;

	for (size_t i = 1; i < count; i++) {
		const struct tag *other = &tags[i];

		if (strcmp(tags[first].text, other->text) != 0)
			first = i;
		for (const struct tag *one = &tags[first]; one < other; one++) {
			if (!one->shared || !other->shared || one->entry == other->entry)
				lint_add(lint, LINT_UNIQUE, path, other->line,
					 "'%s' is also in line %zu", other->text, one->line);
			else if ((one->entry->platforms & other->entry->platforms) != 0
				 && strcmp(windows_of(one->entry), windows_of(other->entry)) == 0)
				lint_add(lint, LINT_SHARED, path, other->line, "'%s' is shared "
					 "with line %zu for the same platform",
					 other->text, one->line);
		}
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
